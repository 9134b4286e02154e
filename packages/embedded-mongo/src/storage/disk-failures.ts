import { constants } from 'node:os'
import { CommandError } from '../errors.ts'

export interface DiskFailure extends Error {
  /** The system's number of the error. */
  readonly code?: number
}

/** lmdb-js tells the reason of a commit that failed apart from it, and a moment later. */
export const failureOf = async (error: unknown): Promise<DiskFailure> => {
  const known = error instanceof Error ? error : new Error(String(error))
  if (!('commitError' in known)) return known
  try {
    await known.commitError
  } catch (reason) {
    if (reason instanceof Error) return reason
  }
  return known
}

const { ENOSPC, EDQUOT, EFBIG, EIO } = constants.errno

/** lmdb reports a write that was cut short, as at the end of a disk, as an error of input or output. */
const lacks: readonly (number | undefined)[] = [ENOSPC, EDQUOT, EFBIG, EIO]

export const isLackOfSpace = ({ code }: DiskFailure): boolean => lacks.includes(code)

export const outOfSpace = ({ message }: DiskFailure): CommandError =>
  new CommandError('OutOfDiskSpace', `The disk is full, or refuses to be written; nothing was changed: ${message}`)
