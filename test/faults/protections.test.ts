import { expect } from 'chai'
import { type Mutation, runOnMutant } from '../rig/mutant.ts'

const isLong = process.env.ROLECALL_LONG === '1'

interface Protection {
  readonly name: string
  /** What takes it away. */
  readonly mutations: readonly Mutation[]
  /** Tests that must see it. */
  readonly file: string
  readonly grep?: string
  /** Also in the short run. */
  readonly isQuick?: true
}

const protections: readonly Protection[] = [
  {
    name: 'the head of a log is written first',
    mutations: [
      {
        file: 'server/src/log/log.ts',
        from: `.findOneAndUpdate(
        { _id: log, closed: trusted({ $exists: false }) },
        { $inc: { writes: 1 } },
        { session, returnDocument: 'after' },
      )`,
        to: '.findOne({ _id: log, closed: trusted({ $exists: false }) }, null, { session })',
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
    grep: 'E52',
  },
  {
    name: 'a change and its events commit together',
    mutations: [
      {
        file: 'server/src/log/log.ts',
        from: 'await events.insertOne(event, { session })',
        to: 'await events.insertOne(event)',
      },
    ],
    file: 'test/faults/database.test.ts',
    grep: 'that breaks',
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
        from: 'const seeing = views.filter((role) => holds(role, audience))',
        to: 'const seeing = views.filter((role) => holds(role, audience) || true)',
      },
    ],
    file: 'test/event-matrix.test.ts',
    isQuick: true,
  },
  {
    name: 'the audience filter in replay',
    mutations: [
      {
        file: 'server/src/live/subscribe.ts',
        from: "event.audience !== 'self' && holds(role, event.audience)",
        to: "event.audience !== 'self' && (holds(role, event.audience) || true)",
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
    file: 'test/live.test.ts',
    grep: 'E28|E29',
  },
  {
    name: 'access is asked again for each page of a replay',
    mutations: [
      {
        file: 'server/src/live/subscribe.ts',
        from: 'send(subscription, now.role, page)',
        to: "send(subscription, 'admin', page)",
      },
    ],
    file: 'test/live.test.ts',
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
    file: 'test/live.test.ts',
    grep: 'fenced',
  },
  {
    name: 'tokens are known by the hash of the whole',
    mutations: [
      {
        file: 'server/src/sessions/tokens.ts',
        from: "createHash('sha256').update(token)",
        to: "createHash('sha256').update(token.slice(0, token.lastIndexOf('.')))",
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
        file: 'server/src/access/access.ts',
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
        from: 'answer(null, isAllowedOrigin(request.headers.origin))',
        to: 'answer(null, request.headers.origin !== null)',
      },
    ],
    file: 'test/live.test.ts',
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
        file: 'server/src/live/subscribe.ts',
        from: 'recent.filter((event) => event.seq > last)',
        to: 'recent.filter((event) => event.seq > last + 1)',
      },
    ],
    file: 'test/faults/reconnects.test.ts',
  },
]

describe('a protection that is taken away', () => {
  for (const { name, mutations, file, grep, isQuick } of protections) {
    if (!isLong && !isQuick) continue
    it(`is missed by ${file}: ${name}`, async function () {
      this.timeout(300_000)
      const { failed } = await runOnMutant(mutations, {
        file,
        ...(grep === undefined ? {} : { grep }),
        timeoutMs: 30_000,
      })
      expect(failed, 'no test has seen it').not.to.deep.equal([])
      console.log(`      seen by “${failed[0]?.title}”: ${failed[0]?.message.split('\n')[0]}`)
    })
  }

  // Else a copy that could not run at all would look like one in which everything is seen.
  const controls = ['test/event-matrix.test.ts', ...(isLong ? ['test/faults/stop.test.ts'] : [])]
  for (const file of controls) {
    it(`is what is missed: an unchanged copy passes ${file}`, async function () {
      this.timeout(300_000)
      const { failed, passed } = await runOnMutant([], { file, timeoutMs: 90_000 })
      expect(failed).to.deep.equal([])
      expect(passed).to.be.above(0)
    })
  }
})
