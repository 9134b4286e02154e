import { setTimeout as pause } from 'node:timers/promises'
import { type ProblemError, problem } from '@rolecall/contract'
import { type ClientSession, type Connection, mongo } from 'mongoose'

const deadlineMs = 5_000

const has = (error: unknown, label: string): boolean => error instanceof mongo.MongoError && error.hasErrorLabel(label)

/**
 * Runs `body` in a transaction (snapshot, majority) until it commits, for at most 5 s; the body may run again after a
 * conflict, of which `onConflict` hears. The loop is ours because the driver's `withTransaction` has a fixed deadline of 120 s.
 *
 * Throws what the body throws; `unavailable` when the database cannot be reached or conflicts do not end, with
 * `outcome: "unknown"` when a commit was sent and nobody knows what became of it.
 */
export async function transact<Value>(
  connection: Connection,
  body: (session: ClientSession) => Promise<Value>,
  onConflict: () => void,
): Promise<Value> {
  const deadline = performance.now() + deadlineMs
  const session = await available(connection.startSession())
  try {
    for (let attempt = 0; ; attempt += 1) {
      session.startTransaction({
        readConcern: { level: 'snapshot' },
        writeConcern: { w: 'majority' },
        readPreference: 'primary',
      })
      const value = await attemptOnce(session, body, deadline)
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
  body: (session: ClientSession) => Promise<Value>,
  deadline: number,
): Promise<{ committed: Value } | typeof conflicted> {
  let value: Value
  try {
    value = await body(session)
  } catch (error) {
    await session.abortTransaction().catch(ignoreAbort)
    if (has(error, 'TransientTransactionError')) {
      if (isUnreachable(error) && performance.now() > deadline) throw unreachable(error)
      return conflicted
    }
    throw isUnreachable(error) ? unreachable(error) : error
  }
  while (true) {
    try {
      await session.commitTransaction()
      return { committed: value }
    } catch (error) {
      if (has(error, 'TransientTransactionError')) return conflicted
      if (!has(error, 'UnknownTransactionCommitResult')) throw error
      if (performance.now() > deadline) {
        throw problem('unavailable', {
          outcome: 'unknown',
          detail: 'The change may have been made. Repeat the request with the same Idempotency-Key.',
        })
      }
    }
  }
}

// The server aborts by itself what it does not hear of again; what made us abort is the error that matters.
const ignoreAbort = () => undefined

function isUnreachable(error: unknown): boolean {
  return (
    error instanceof mongo.MongoNetworkError ||
    error instanceof mongo.MongoServerSelectionError ||
    // The driver’s types name this class, the module does not export it.
    (error instanceof mongo.MongoError && error.name === 'MongoWaitQueueTimeoutError') ||
    error instanceof mongo.MongoNotConnectedError ||
    error instanceof mongo.MongoTopologyClosedError
  )
}

const unreachable = (cause: unknown): ProblemError =>
  Object.assign(problem('unavailable', { detail: 'The database cannot be reached.' }), { cause })

/** Turns the failure to reach the database into the problem that callers see. */
export async function available<Value>(operation: Promise<Value>): Promise<Value> {
  try {
    return await operation
  } catch (error) {
    throw isUnreachable(error) ? unreachable(error) : error
  }
}
