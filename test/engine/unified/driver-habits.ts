import type { Document } from 'mongodb'

/**
 * Where the official driver does more than the specification of drivers says, so that its own tests leave it
 * unchecked. Each is as narrow as it can be; a test that fails for any other habit is an expected failure.
 */
export const withoutHabits = (expected: Document, command: Document): Document => {
  const { commitTransaction, abortTransaction, writeConcern } = command
  const concern = expected.writeConcern
  // The driver bounds the wait of every commit and abort; the specification has that of a retried commit.
  const ends = commitTransaction || abortTransaction
  if (!ends || writeConcern?.wtimeout !== 10_000 || !concern || 'wtimeout' in concern) return command
  const { wtimeout: _, ...rest } = writeConcern
  return { ...command, writeConcern: rest }
}
