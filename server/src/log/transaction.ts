import { setTimeout as pause } from 'node:timers/promises'
import { problem } from '@rolecall/contract'
import { type ClientSession, type Connection, mongo } from 'mongoose'
import { available, isUnreachable, unreachable } from '../database/unreachable.ts'

/** Callers hear within 5 s what became of a change, and the answer needs a moment too. */
const deadlineMs = 4_800

/** By when, on the clock of `performance.now()`, a change that begins now has been answered. */
export const deadlineFromNow = (): number => performance.now() + deadlineMs

const has = (error: unknown, label: string): boolean => error instanceof mongo.MongoError && error.hasErrorLabel(label)

/** `checkWanted` throws once nobody waits for the outcome any longer: what holds locks should ask now and then. */
type Body<Value> = (session: ClientSession, checkWanted: () => void) => Promise<Value>

interface Running {
  /** By when the caller is answered, on the clock of `performance.now()`. */
  readonly deadline?: number | undefined
  /** Hears of each conflict. */
  readonly onConflict: () => void
  /** Hears once, when nothing of the transaction is under way any more: after the answer, if that could not wait. */
  readonly onEnd?: (() => void) | undefined
  /** Nothing of it is kept: it ends where it would have committed. */
  readonly isRehearsal?: boolean | undefined
}

/** How far a transaction has come, for the one who does not wait for it any longer. */
interface Progress {
  isCommitting: boolean
  /** Its caller was told that it came to nothing: it must not commit. */
  isGivenUp: boolean
  readonly isRehearsal: boolean
}

/**
 * Runs `body` in a transaction (snapshot, majority) until it commits, at most until the deadline; the body may run again
 * after a conflict. The loop is ours because the driver's `withTransaction` has a fixed
 * deadline of 120 s, and because a network that swallows what is sent would keep a caller for as long as it likes.
 *
 * Throws what the body throws; `unavailable` when the database cannot be reached or conflicts do not end, with
 * `outcome: "unknown"` when a commit was sent and nobody knows what became of it.
 */
export async function transact<Value>(
  connection: Connection,
  body: Body<Value>,
  { deadline = deadlineFromNow(), onConflict, onEnd, isRehearsal = false }: Running,
): Promise<Value> {
  const progress: Progress = { isCommitting: false, isGivenUp: false, isRehearsal }
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      progress.isGivenUp = true
      reject(progress.isCommitting ? unknownOutcome() : unreachable())
    }, deadline - performance.now())
  })
  const committed = untilCommitted(connection, body, onConflict, deadline, progress).finally(onEnd)
  try {
    return await Promise.race([committed, late])
  } finally {
    clearTimeout(timer)
  }
}

async function untilCommitted<Value>(
  connection: Connection,
  body: Body<Value>,
  onConflict: () => void,
  deadline: number,
  progress: Progress,
): Promise<Value> {
  const session = await available(connection.startSession())
  try {
    for (let attempt = 0; ; attempt += 1) {
      if (progress.isGivenUp) throw unreachable()
      session.startTransaction({
        readConcern: { level: 'snapshot' },
        writeConcern: { w: 'majority' },
        readPreference: 'primary',
      })
      const value = await attemptOnce(session, body, deadline, progress)
      if (value !== conflicted) return value.committed
      onConflict()
      if (performance.now() > deadline) throw problem('unavailable', { detail: 'Too many changes at the same time.' })
      await pause(Math.random() * Math.min(5 * 2 ** attempt, 250))
    }
  } finally {
    await session.endSession()
  }
}

const conflicted = Symbol('conflicted')

async function attemptOnce<Value>(
  session: ClientSession,
  body: Body<Value>,
  deadline: number,
  progress: Progress,
): Promise<{ committed: Value } | typeof conflicted> {
  const checkWanted = () => {
    if (progress.isGivenUp) throw unreachable()
  }
  let value: Value
  try {
    value = await body(session, checkWanted)
    checkWanted()
    if (progress.isRehearsal) {
      await session.abortTransaction()
      return { committed: value }
    }
  } catch (error) {
    await session.abortTransaction().catch(ignoreAbort)
    if (has(error, 'TransientTransactionError')) {
      if (isUnreachable(error) && performance.now() > deadline) throw unreachable(error)
      return conflicted
    }
    throw isUnreachable(error) ? unreachable(error) : error
  }
  progress.isCommitting = true
  while (true) {
    try {
      await session.commitTransaction()
      return { committed: value }
    } catch (error) {
      if (has(error, 'TransientTransactionError')) {
        progress.isCommitting = false
        return conflicted
      }
      // The driver leaves out the label where a broken connection has already made it forget what the server can.
      if (!has(error, 'UnknownTransactionCommitResult') && !isUnreachable(error)) throw error
      if (performance.now() > deadline) throw unknownOutcome()
      await pause(Math.random() * 20)
    }
  }
}

const unknownOutcome = () =>
  problem('unavailable', {
    outcome: 'unknown',
    detail: 'The change may have been made. Repeat the request with the same Idempotency-Key.',
  })

// The server aborts by itself what it does not hear of again; what made us abort is the error that matters.
const ignoreAbort = () => undefined
