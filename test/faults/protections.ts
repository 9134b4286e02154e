/**
 * The protections against faults and attacks. Each is taken away in a copy of the sources by small changes, and a test
 * must see it.
 */
import type { Mutation } from '../rig/mutant.ts'

/** What must not be missing, and which tests must see it when it is. */
export interface Protection {
  readonly name: string
  /** What takes it away. */
  readonly mutations: readonly Mutation[]
  /** Tests that must see it. */
  readonly file: string
  readonly grep?: string
  /** Also in the short run. */
  readonly isQuick?: true
}

export const protections: readonly Protection[] = [
  {
    name: 'the head of a log is written first',
    mutations: [
      {
        file: 'server/src/log/log.ts',
        from: `.findOneAndUpdate(
      { _id: log, ...(evenClosed ? {} : isOpen) },
      { $inc: { writes: 1 } },
      { session, returnDocument: 'after' },
    )`,
        to: '.findOne({ _id: log, ...(evenClosed ? {} : isOpen) }, { session })',
      },
    ],
    file: 'test/faults/two-nodes.test.ts',
  },
  {
    name: 'changes of one log queue',
    mutations: [
      {
        file: 'server/src/log/queues.ts',
        from: 'if (queue === undefined) {',
        to: 'if (queue === undefined || true) {',
      },
    ],
    file: 'test/log.test.ts',
    grep: 'take nothing',
  },
  {
    name: 'changes of one log are made in the order in which they come',
    mutations: [{ file: 'server/src/log/queues.ts', from: '?.waiting.shift()', to: '?.waiting.pop()' }],
    file: 'test/log.test.ts',
    grep: 'order in which they came',
  },
  {
    name: 'a stop waits for what is being answered',
    mutations: [
      {
        file: 'server/src/http/server.ts',
        from: 'await Promise.race([Promise.all(finished), timeout])',
        to: 'await Promise.race([Promise.all(finished), timeout, undefined])',
      },
    ],
    file: 'test/faults/stop.test.ts',
    grep: 'answers 503',
  },
  {
    name: 'a change and its events commit together',
    mutations: [
      {
        file: 'server/src/database/insert-all.ts',
        from: 'await collection.insertOne(first, { session })',
        to: 'await collection.insertOne(first)',
      },
    ],
    file: 'test/previews.test.ts',
  },
  {
    name: 'the answer to an Idempotency-Key is kept with its change',
    mutations: [
      {
        file: 'server/src/log/log.ts',
        from: 'await rememberAnswer(models, idempotency, tx, answer)',
        to: 'if (Math.random() > 2) await rememberAnswer(models, idempotency, tx, answer)',
      },
    ],
    file: 'test/log.test.ts',
    grep: 'E44',
  },
  {
    name: 'the audience filter in push',
    mutations: [
      {
        file: 'server/src/live/hub.ts',
        from: 'const seeing = views.filter((view) => view.has(audience))',
        to: 'const seeing = views.filter((view) => view.has(audience) || true)',
      },
    ],
    file: 'test/event-matrix.test.ts',
    isQuick: true,
  },
  {
    name: 'the audience filter in replay',
    mutations: [
      {
        file: 'server/src/live/replay.ts',
        from: "event.audience === 'self' || !held.permissions.has(event.audience)",
        to: "event.audience === 'self'",
      },
    ],
    file: 'test/event-matrix.test.ts',
  },
  {
    name: 'the table is applied before an event is pushed',
    mutations: [
      {
        file: 'server/src/live/hub.ts',
        from: `      if (change !== undefined) applyChange(change, event.seq)
      if (event.audience !== 'self') push(event, event.audience)`,
        to: `      if (event.audience !== 'self') push(event, event.audience)
      if (change !== undefined) applyChange(change, event.seq)`,
      },
    ],
    file: 'test/live-access.test.ts',
    grep: 'E28|E29',
  },
  {
    name: 'the fence',
    mutations: [
      { file: 'server/src/http/routes.ts', from: 'await options.fence(', to: 'void options.fence(' },
      {
        file: 'server/src/log/feed.ts',
        from: '    for (const follower of followers) follower.apply(event)\n',
        // A feed that is a little late, as every feed is now and then.
        to: `    setTimeout(() => {
      for (const follower of followers) follower.apply(event)
    }, 50)\n`,
      },
    ],
    file: 'test/live-access.test.ts',
    grep: 'fenced',
  },
  {
    name: 'tokens are known by the hash of the whole',
    mutations: [
      {
        file: 'server/src/sessions/tokens.ts',
        from: "hash('sha256', token, 'base64')",
        to: "hash('sha256', token.slice(0, token.lastIndexOf('.')), 'base64')",
      },
    ],
    file: 'test/tokens.test.ts',
  },
  {
    name: 'the signature of a token is checked',
    mutations: [
      {
        file: 'server/src/sessions/tokens.ts',
        from: 'jwt.verify(token, key, {',
        to: 'jwt.decode(token, {',
      },
    ],
    file: 'test/tokens.test.ts',
  },
  {
    name: 'the session is asked for in the change',
    mutations: [
      {
        file: 'server/src/access/session-table.ts',
        from: 'if (open.get(session) === account) {',
        to: 'if (open.get(session) === account || endedAt.has(session)) {',
      },
      {
        file: 'server/src/access/self.ts',
        from: 'if (found === null) throw sessionEnded()',
        to: 'if (found === null && Math.random() > 2) throw sessionEnded()',
      },
    ],
    file: 'test/sessions.test.ts',
    grep: 'E22',
  },
  {
    name: 'the origin of a handshake is checked',
    mutations: [
      {
        file: 'server/src/live/connections.ts',
        from: '!isClosing && isAllowedOrigin(request.headers.origin)',
        to: '!isClosing',
      },
    ],
    file: 'test/live-sockets.test.ts',
    grep: 'E50',
  },
  {
    name: 'the bound of the send buffer',
    mutations: [
      {
        file: 'server/src/live/send-buffer.ts',
        from: 'unsentBytes(connection) > maxUnsentBytes',
        to: 'unsentBytes(connection) > maxUnsentBytes * 20',
      },
    ],
    file: 'test/faults/readers.test.ts',
    grep: 'pushed to them',
  },
  {
    name: 'whoever lost the place in the stream sends its readers back to the log',
    mutations: [
      {
        file: 'server/src/live/hub.ts',
        from: '      table.reset()\n',
        to: '      if (table !== undefined) return\n      table.reset()\n',
      },
    ],
    file: 'test/faults/database.test.ts',
    grep: 'E38 begins anew',
  },
  {
    name: 'a change has a deadline when the database is silent',
    mutations: [
      { file: 'server/src/log/transaction.ts', from: 'const deadlineMs = 4_800', to: 'const deadlineMs = 48_000' },
    ],
    file: 'test/faults/database.test.ts',
    grep: 'black hole',
  },
  {
    name: 'nothing is begun that nobody will wait for',
    mutations: [
      { file: 'server/src/log/log.ts', from: 'deadline - transactionMs', to: 'deadline' },
      { file: 'server/src/log/log.ts', from: '          checkWanted()\n', to: '' },
      { file: 'server/src/log/transaction.ts', from: '.finally(onEnd)', to: '' },
      {
        file: 'server/src/log/transaction.ts',
        from: '    clearTimeout(timer)\n',
        to: '    clearTimeout(timer)\n    onEnd?.()\n',
      },
    ],
    file: 'test/faults/database.test.ts',
    grep: 'that is slow',
  },
  {
    name: 'sockets are told to come back before a stop',
    mutations: [
      { file: 'server/src/live/hub.ts', from: '    async stop() {\n      sendAway()\n', to: '    async stop() {\n' },
    ],
    file: 'test/faults/stop.test.ts',
  },
  {
    name: 'a replay begins right after the cursor',
    mutations: [
      {
        file: 'server/src/live/replay.ts',
        from: 'if (event.seq <= last ||',
        to: 'if (event.seq <= last + 1 ||',
      },
    ],
    file: 'test/faults/reconnects.test.ts',
  },
  {
    name: 'what was read before a change stream begins is forgotten',
    mutations: [{ file: 'server/src/log/feed.ts', from: "    reset('a new stream begins')\n", to: '' }],
    file: 'test/faults/streams.test.ts',
    grep: 'is forgotten',
  },
  {
    name: 'a change stream that ended is followed by another',
    mutations: [
      {
        file: 'server/src/log/feed.ts',
        from: `      } catch (error) {
        if (stopping.signal.aborted) break`,
        to: `      } catch (error) {
        if (started !== undefined) break`,
      },
    ],
    file: 'test/faults/streams.test.ts',
    grep: 'E38',
  },
  {
    name: 'a cursor that is ahead of the feed waits for it',
    mutations: [
      {
        file: 'server/src/live/resume.ts',
        from: '!(await feed.applied(organisation, seq, catchUpMs))',
        to: 'feed === undefined',
      },
    ],
    file: 'test/faults/streams.test.ts',
    grep: 'E31',
  },
  {
    name: 'a sign-in that ends a session is fenced',
    mutations: [
      {
        file: 'server/src/sessions/sessions.ts',
        from: 'await fence(account._id, seq)',
        to: 'void fence(account._id, seq)',
      },
    ],
    file: 'test/faults/streams.test.ts',
    grep: 'too many',
  },
  {
    name: 'access is asked again for each portion of a replay',
    mutations: [
      {
        file: 'server/src/live/replay.ts',
        from: 'send(socket, now, stretch, last)',
        to: 'send(socket, held, stretch, last)',
      },
    ],
    file: 'test/faults/replay.test.ts',
    grep: 'E28',
  },
  {
    name: 'an invitation is worth what its sender can give',
    mutations: [
      {
        file: 'server/src/invitations/answering.ts',
        from: 'return found.length === 1',
        to: 'return found.length < 2',
      },
      {
        file: 'server/src/members/invited/end.ts',
        from: 'if (pending.length === 0) return []',
        to: 'if (pending.length >= 0) return []',
      },
    ],
    file: 'test/collusion.test.ts',
  },
  {
    name: 'an API key does no more than its issuer may grant',
    mutations: [
      {
        file: 'server/src/access/key-access.ts',
        from: ': grantable({ account: issuer, ...issuerHolds }, role)',
        to: ': role.permissions',
      },
    ],
    file: 'test/api-keys-issuer.test.ts',
    grep: 'comes down and goes up',
  },
  {
    name: 'the sockets of an API key hang on its issuer',
    mutations: [
      {
        file: 'server/src/access/key-access.ts',
        from: 'return change.account === state.issuer ? { ...state, issuerHolds: undefined } : state',
        to: 'return state',
      },
    ],
    file: 'test/api-keys-issuer.test.ts',
    grep: 'its issuer is suspended',
  },
  {
    name: 'an API key gives only what its issuer could give too',
    mutations: [
      {
        file: 'server/src/members/assignable.ts',
        from: 'me.issuer === undefined ? [own] : [own, holder(me.issuer)]',
        to: '[own]',
      },
    ],
    file: 'test/api-keys-issuer.test.ts',
    grep: 'E04 E26',
  },
  {
    name: 'a replay waits until its reader has read',
    mutations: [
      {
        file: 'server/src/live/replay.ts',
        from: 'if (!(await drained(socket))) return',
        to: 'if (drained === undefined) return',
      },
    ],
    file: 'test/faults/replay.test.ts',
    grep: 'E35',
  },
  {
    name: 'a change of several logs holds no queue',
    mutations: [
      {
        file: 'server/src/log/log.ts',
        from: 'const isQueued = first !== undefined && more.length === 0',
        to: 'const isQueued = first !== undefined && more !== undefined',
      },
    ],
    file: 'test/log.test.ts',
    grep: 'of several logs',
  },
  {
    name: 'a clone ends with the access that it began with',
    mutations: [
      {
        file: 'server/src/repositories/under-way.ts',
        from: 'if (isEndedBy(event, one, now())) one.controller.abort()',
        to: 'if (isEndedBy(event, one, now())) void one',
      },
    ],
    file: 'test/repository-ends.test.ts',
    grep: 'removed',
  },
  {
    name: 'a push is looked at once more after all that takes time',
    mutations: [
      {
        file: 'server/src/repositories/pushes.ts',
        from: '      await authorise(updates)\n    } catch',
        to: '    } catch',
      },
    ],
    file: 'test/repository-decisions.test.ts',
    grep: 'once more',
  },
  {
    name: 'an endpoint is looked at once more after its log was read',
    mutations: [{ file: 'server/src/webhooks/sending.ts', from: '!isValid() || isStale()', to: '!isValid()' }],
    file: 'test/webhooks-races.test.ts',
    grep: 'gets nothing more',
  },
]
