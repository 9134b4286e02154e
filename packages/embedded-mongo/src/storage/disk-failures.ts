import { constants } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { CommandError } from '../errors.ts'

export interface DiskFailure extends Error {
  /** The system's number of the error. */
  readonly code?: number
}

/** How lmdb-js says that a commit failed: the reason comes apart, and a moment later. */
export const isCommitFailure = (error: unknown): error is Error & { readonly commitError: unknown } =>
  error instanceof Error && 'commitError' in error

/** The reason never comes if a later commit has succeeded before lmdb-js looks for it. */
const reasonWithinMs = 5_000

export const failureOf = async (error: unknown, withinMs = reasonWithinMs): Promise<DiskFailure> => {
  if (!isCommitFailure(error)) return error instanceof Error ? error : new Error(String(error))
  const patience = new AbortController()
  try {
    await Promise.race([error.commitError, setTimeout(withinMs, undefined, patience)])
  } catch (reason) {
    if (reason instanceof Error) return reason
  } finally {
    patience.abort()
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
  return new CommandError(
    'OutOfDiskSpace',
    `The disk is full, or cannot be written: ${reason}. Nothing of this commit was written.`,
  )
}
