import { type ProblemError, problem } from '@rolecall/contract'
import { mongo } from 'mongoose'

const unexported = new Set(['MongoWaitQueueTimeoutError', 'MongoClientClosedError'])

/** Whether an error says that the database, or the way to it, is gone: nobody's mistake, and over some time. */
export function isUnreachable(error: unknown): boolean {
  return (
    error instanceof mongo.MongoNetworkError ||
    error instanceof mongo.MongoServerSelectionError ||
    // The module does not export these classes.
    (error instanceof mongo.MongoError && unexported.has(error.name)) ||
    error instanceof mongo.MongoNotConnectedError ||
    error instanceof mongo.MongoTopologyClosedError ||
    isClosedSocket(error)
  )
}

/** What a socket says that is written to after its other end has closed it: the driver passes that on as it is. */
const isClosedSocket = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EPIPE'

export const unreachable = (cause?: unknown): ProblemError =>
  Object.assign(problem('unavailable', { detail: 'The database cannot be reached.' }), { cause })

/** Turns the failure to reach the database into the problem that callers see. */
export async function available<Value>(operation: Promise<Value>): Promise<Value> {
  try {
    return await operation
  } catch (error) {
    throw isUnreachable(error) ? unreachable(error) : error
  }
}
