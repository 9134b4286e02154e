/**
 * One ordered log for each organisation and account, and the one door through which everything changes.
 *
 * A change and its events commit in one transaction. The head of each log that it names is written first, which makes
 * the head the lock of all that belongs to the log: what the closure reads cannot be raced by another change.
 */
import { randomBytes } from 'node:crypto'
import { ProblemError, problem, subjectsOf } from '@rolecall/contract'
import { eventDefinitions } from '@rolecall/contract/schemas'
import { type ClientSession, type Connection, mongo } from 'mongoose'
import type { Clock } from '../clock.ts'
import { driverCollection } from '../database/driver-collection.ts'
import { insertAll } from '../database/insert-all.ts'
import { unreachable } from '../database/unreachable.ts'
import { newId } from '../ids.ts'
import type { EventDocument, HeadDocument, LogModels } from './documents.ts'
import { digestOf, hashOf } from './format.ts'
import { earlierAnswer, type Idempotency, rememberAnswer } from './idempotency.ts'
import { createQueues } from './queues.ts'
import { deadlineFromNow, transact } from './transaction.ts'
import { type Actor, type Changed, type PendingEvent, type Snapshot, type Tx, within } from './tx.ts'

export interface ChangeRequest {
  /** Existing logs to lock; the first named log gives the answer its `seq`. */
  readonly logs?: readonly string[]
  /** Logs that begin in this change. */
  readonly create?: readonly string[]
  /** The logs may be closed ones too, to be reopened. */
  readonly evenClosed?: boolean | undefined
  readonly idempotency?: Idempotency | undefined
  /** Everything is done as it would be, and then undone instead of committed. */
  readonly dryRun?: boolean | undefined
}

export interface Log {
  /**
   * Locks the logs, authorises, runs the closure, appends its events, commits. `authorise` and `closure` may run again
   * after a conflict. Throws what they throw, `not_found` for a log that is closed or absent (`unauthenticated` for an
   * account's), and `unavailable`.
   */
  change<Who extends { readonly actor: Actor }, Value>(
    request: ChangeRequest,
    authorise: (tx: Tx) => Promise<Who>,
    closure: (tx: Tx, who: Who) => Promise<Value>,
  ): Promise<Changed<Value>>
  /** A read-only transaction: all that `read` sees is of one moment. */
  snapshot<Value>(read: (snapshot: Snapshot) => Promise<Value>): Promise<Value>
  /** The head of a log that the change has named, as it is under the lock. */
  locked(tx: Tx, log: string): HeadDocument
  /** Replaces what the head keeps for access, in a change that has named the log. */
  setGrants(tx: Tx, log: string, grants: NonNullable<HeadDocument['grants']>): void
  setDeclared(tx: Tx, log: string, declared: NonNullable<HeadDocument['declared']>): void
  /** What the change has appended so far. */
  pending(tx: Tx): readonly PendingEvent[]
  /** Ends a log that the change has named: everything later answers `not_found`. Its events remain. */
  close(tx: Tx, log: string): void
  /** Opens a closed log that the change has named with `evenClosed`; it goes on where it ended. */
  reopen(tx: Tx, log: string): void
  /** The head of an open log, with `evenClosed` of a closed one too, or undefined. */
  head(
    snapshot: Snapshot | undefined,
    log: string,
    options?: { readonly evenClosed?: boolean },
  ): Promise<HeadDocument | undefined>
  /** How many transactions met a conflict and ran again, since the start. */
  conflicts(): number
}

/** What is left for a change when its turn in the queue comes last of all. */
const transactionMs = 1_000

interface Open {
  head: HeadDocument
  readonly isNew: boolean
  readonly events: Pending[]
  /** What the head is to keep besides, from this change on. */
  changed: Pick<HeadDocument, 'grants' | 'declared' | 'counts'>
  becomes?: 'closed' | 'open'
}

const isOpen = { closed: { $exists: false } }

type Pending = Pick<EventDocument, 'type' | 'data' | 'affects' | 'audience'>

export function createLog({ connection, models, now }: { connection: Connection; models: LogModels; now: Clock }): Log {
  let conflicts = 0
  const onConflict = () => {
    conflicts += 1
  }
  const events = driverCollection(models.events)
  const heads = driverCollection(models.heads)
  const queues = createQueues({ limit: 1_000 })
  const openLogs = new WeakMap<Tx, Map<string, Open>>()

  function openOf(tx: Tx, log: string): Open {
    const open = openLogs.get(tx)?.get(log)
    if (open === undefined) throw new Error(`the change has not named the log ${log}`)
    return open
  }

  async function lock(session: ClientSession, log: string, evenClosed: boolean): Promise<Open> {
    const head = await heads.findOneAndUpdate(
      { _id: log, ...(evenClosed ? {} : isOpen) },
      { $inc: { writes: 1 } },
      { session, returnDocument: 'after' },
    )
    if (head === null) throw problem(log.startsWith('acc_') ? 'unauthenticated' : 'not_found')
    return { head, isNew: false, events: [], changed: {} }
  }

  function begin(log: string): Open {
    const origin = randomBytes(32).toString('hex')
    return { head: { _id: log, seq: 0, hash: origin, origin, writes: 1 }, isNew: true, events: [], changed: {} }
  }

  function seal(open: Open, tx: Tx, actor: Actor): EventDocument[] {
    let { seq, hash } = open.head
    return open.events.map((pending) => {
      seq += 1
      const salt = randomBytes(16)
      const digest = digestOf({ salt, actorName: actor.name, data: pending.data })
      const sealed = { _id: newId('evt'), log: open.head._id, seq, at: tx.at, actor, digest, ...pending }
      hash = hashOf(sealed, hash)
      return { ...sealed, subjects: subjectsOf(pending.data), salt: new mongo.Binary(salt), hash }
    })
  }

  async function write(open: Open, tx: Tx, appended: readonly EventDocument[]): Promise<number> {
    const { session } = tx
    const last = appended.at(-1)
    const { seq, hash } = last ?? open.head
    await insertAll(events, appended, session)
    if (open.isNew) await heads.insertOne({ ...open.head, seq, hash }, { session })
    else if (last !== undefined || open.becomes !== undefined || Object.keys(open.changed).length > 0) {
      const closed = open.becomes === 'closed' ? { closed: true as const } : {}
      const $set = { seq, hash, ...closed, ...open.changed }
      const $unset = open.becomes === 'open' ? { $unset: { closed: 1 as const } } : {}
      await heads.updateOne({ _id: open.head._id }, { $set, ...$unset }, { session })
    }
    return seq
  }

  return {
    async change(request, authorise, closure) {
      const { logs = [], create = [], evenClosed = false, dryRun = false } = request
      const idempotency = dryRun ? undefined : request.idempotency
      const deadline = deadlineFromNow()
      // A change of several logs does not queue: waiting for one, it would keep its turn in another from everybody else.
      const [first, ...more] = logs
      const isQueued = first !== undefined && more.length === 0
      const onEnd = isQueued ? await queues.enter(first, deadline - transactionMs) : undefined
      return transact(
        connection,
        async (session, checkWanted) => {
          const tx: Tx = {
            session,
            at: now(),
            append(log, type, data, affects = []) {
              const open = openOf(tx, log)
              const { audience, data: schema } = eventDefinitions[type]
              open.events.push({ type, audience, data: schema.parse(data), affects: [...affects] })
              return open.head.seq + open.events.length
            },
            counted: (log, what) => openOf(tx, log).head.counts?.[what],
            setCount(log, what, count) {
              const open = openOf(tx, log)
              keep(open, { counts: { ...open.head.counts, [what]: count } })
            },
          }
          const opened = new Map<string, Open>()
          openLogs.set(tx, opened)
          for (const log of [...new Set(logs)].sort()) opened.set(log, await lock(session, log, evenClosed))
          for (const log of create) opened.set(log, begin(log))
          checkWanted()
          const who = await authorise(tx)
          const earlier = await earlierAnswer<Awaited<ReturnType<typeof closure>>>(models, idempotency, tx)
          if (earlier !== undefined) return earlier
          const body = await closure(tx, who)
          const positions = new Map<string, number>()
          for (const [log, open] of opened) positions.set(log, await write(open, tx, seal(open, tx, who.actor)))
          const answer = { body, seq: positions.get(logs[0] ?? create[0] ?? '') ?? 0 }
          await rememberAnswer(models, idempotency, tx, answer)
          return answer
        },
        // The next one waits until this one is over, also where its caller does not: else each of them would wait for
        // the lock of one that was given up, until its own time is over.
        { deadline, onConflict, onEnd, isRehearsal: dryRun },
      )
    },
    snapshot: (read) =>
      transact(connection, (session) => read({ session }), { onConflict }).catch((error: unknown) => {
        // Nothing was to be changed: that nobody knows what became of the commit is no matter.
        throw error instanceof ProblemError && error.details.outcome === 'unknown' ? unreachable(error) : error
      }),
    locked: (tx, log) => openOf(tx, log).head,
    setGrants(tx, log, grants) {
      keep(openOf(tx, log), { grants })
    },
    setDeclared(tx, log, declared) {
      keep(openOf(tx, log), { declared })
    },
    pending: (tx) =>
      [...(openLogs.get(tx) ?? [])].flatMap(([log, { events }]) =>
        events.map(({ type, data }): PendingEvent => ({ log, type, data })),
      ),
    close(tx, log) {
      openOf(tx, log).becomes = 'closed'
    },
    reopen(tx, log) {
      openOf(tx, log).becomes = 'open'
    },
    async head(snapshot, log, { evenClosed = false } = {}) {
      const head = await heads.findOne({ _id: log, ...(evenClosed ? {} : isOpen) }, within(snapshot))
      return head ?? undefined
    },
    conflicts: () => conflicts,
  }
}

function keep(open: Open, changed: Open['changed']): void {
  open.head = { ...open.head, ...changed }
  open.changed = { ...open.changed, ...changed }
}
