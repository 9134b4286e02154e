import { constants } from 'node:os'
import { CommandError } from '../errors.ts'

export interface DiskFailure extends Error {
  /** The system's number of the error. */
  readonly code?: number
}

/** How lmdb-js says that a commit failed: the reason comes apart, and a moment later. */
export const isCommitFailure = (error: unknown): error is Error & { readonly commitError: unknown } =>
  error instanceof Error && 'commitError' in error

export const failureOf = async (error: unknown): Promise<DiskFailure> => {
  if (!isCommitFailure(error)) return error instanceof Error ? error : new Error(String(error))
  try {
    await error.commitError
  } catch (reason) {
    if (reason instanceof Error) return reason
  }
  return error
}

const { ENOSPC, EDQUOT, EFBIG, EIO } = constants.errno

/** lmdb reports a write that was cut short, as at the end of a disk, as an error of input or output. */
const lacks: readonly (number | undefined)[] = [ENOSPC, EDQUOT, EFBIG, EIO]

export const isLackOfSpace = ({ code }: DiskFailure): boolean => lacks.includes(code)

export const outOfSpace = ({ message }: DiskFailure): CommandError => {
  // What lmdb says after the colon is of no use to a client.
  const [reason] = message.split(':')
  return new CommandError('OutOfDiskSpace', `The disk is full, or cannot be written: ${reason}. Nothing was changed.`)
}
