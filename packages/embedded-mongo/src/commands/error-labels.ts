import { errorCodes } from '../errors.ts'
import { type Doc, isDoc } from '../values/doc.ts'

/** MongoDB's category "retriable": the node was not reached, or is no primary any more. */
const retriable: readonly number[] = [
  errorCodes.HostUnreachable,
  errorCodes.HostNotFound,
  errorCodes.NetworkTimeout,
  errorCodes.ShutdownInProgress,
  errorCodes.PrimarySteppedDown,
  errorCodes.ExceededTimeLimit,
  errorCodes.SocketException,
  errorCodes.NotWritablePrimary,
  errorCodes.InterruptedAtShutdown,
  errorCodes.InterruptedDueToReplStateChange,
  errorCodes.NotPrimaryNoSecondaryOk,
  errorCodes.NotPrimaryOrSecondary,
]

/** After which a transaction can be begun again from its start. */
const transient: readonly number[] = [
  errorCodes.WriteConflict,
  errorCodes.LockTimeout,
  errorCodes.PreparedTransactionInProgress,
  errorCodes.SnapshotUnavailable,
  errorCodes.SnapshotTooOld,
]

/** After which a change stream can be resumed, besides the retriable ones. */
const resumable: readonly number[] = [
  errorCodes.StaleShardVersion,
  errorCodes.FailedToSatisfyReadPreference,
  errorCodes.StaleEpoch,
  errorCodes.QueryPlanKilled,
  errorCodes.RetryChangeStream,
  errorCodes.StaleConfig,
]

export interface Failure {
  readonly name: string
  readonly body: Doc
  readonly isChangeStream: boolean
  /** Of the error, if the command failed. */
  readonly code?: number
  /** Of the write concern's error, if it has one. */
  readonly writeConcernCode?: number
}

/** The labels by which drivers decide what can be done again. Source: src/mongo/db/error_labels.cpp of MongoDB 7.0. */
export const labelsOf = (failure: Failure): readonly string[] => [
  ...(isTransient(failure) ? ['TransientTransactionError'] : []),
  ...(isRetryableWrite(failure) ? ['RetryableWriteError'] : []),
  ...(isResumable(failure) ? ['ResumableChangeStreamError'] : []),
]

const isEnd = (name: string): boolean => name === 'commitTransaction' || name === 'abortTransaction'

const isTransient = ({ name, body, code, writeConcernCode }: Failure): boolean => {
  if (body.autocommit !== false || code === undefined) return false
  if (transient.includes(code)) return true
  if (isEnd(name)) return code === errorCodes.NoSuchTransaction && writeConcernCode === undefined
  return code === errorCodes.NoSuchTransaction || retriable.includes(code)
}

const isRetryableWrite = ({ name, body, code, writeConcernCode }: Failure): boolean => {
  const isNumbered = body.txnNumber !== undefined && body.autocommit === undefined
  if (!isNumbered && !isEnd(name)) return false
  return [code, writeConcernCode].some((one) => one !== undefined && retriable.includes(one))
}

const isResumable = ({ isChangeStream, code, writeConcernCode }: Failure): boolean =>
  isChangeStream &&
  code !== undefined &&
  writeConcernCode === undefined &&
  (retriable.includes(code) || resumable.includes(code))

/** Whether a command's pipeline is that of a change stream. */
export const opensChangeStream = ({ pipeline }: Doc): boolean => {
  const [first] = Array.isArray(pipeline) ? pipeline : []
  return isDoc(first) && first.$changeStream !== undefined
}
