import { CommandError } from '../errors.ts'

/** What makes a driver run the whole transaction again. */
const transient = { errorLabels: ['TransientTransactionError'] } as const

export const aborted = (number: bigint): CommandError =>
  new CommandError('NoSuchTransaction', `Transaction with { txnNumber: ${number} } has been aborted`, transient)

export const committed = (number: bigint): CommandError =>
  new CommandError('TransactionCommitted', `Transaction with { txnNumber: ${number} } has been committed`)

export const noSuchTransaction = (number: bigint): CommandError =>
  new CommandError(
    'NoSuchTransaction',
    `Given transaction number ${number} does not match any in-progress transactions`,
    transient,
  )

export const tooOld = (session: string, number: bigint, latest: bigint): CommandError =>
  new CommandError(
    'TransactionTooOld',
    `Cannot start transaction with { txnNumber: ${number} } on session ${session}: a newer one, ${latest}, has started`,
  )

export const inProgress = (session: string, number: bigint, state: string): CommandError =>
  new CommandError(
    'ConflictingOperationInProgress',
    `Cannot start transaction ${number} on session ${session}: one with this number is ${state}`,
  )

export const catalogueChanged = (namespace: string): CommandError =>
  new CommandError(
    'SnapshotUnavailable',
    `Unable to read from a snapshot due to pending collection catalog changes on '${namespace}'`,
    transient,
  )

export const writeConflict = (): CommandError =>
  new CommandError(
    'WriteConflict',
    'Caused by :: Write conflict during plan execution and yielding is disabled. :: ' +
      'Please retry your operation or multi-document transaction.',
    transient,
  )

export const tooLarge = (maxBytes: number): CommandError =>
  new CommandError('TransactionTooLarge', `A transaction holds at most ${maxBytes} bytes`)

/** It may find room when the others have ended. */
export const tooLargeTogether = (maxBytes: number): CommandError =>
  new CommandError(
    'ExceededMemoryLimit',
    `The open transactions of the embedded engine hold at most ${maxBytes} bytes together`,
    transient,
  )
