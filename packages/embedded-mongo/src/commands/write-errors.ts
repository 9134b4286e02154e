import type { CommandError } from '../errors.ts'
import { encode } from '../values/codec.ts'
import type { Doc } from '../values/doc.ts'

export interface StatementError {
  readonly index: number
  readonly error: CommandError
}

/** MongoDB leaves messages out once they have come to this much, but not the first two. */
const messageBytes = 1024 * 1024
const fullMessages = 2
/** The values that collide are told up to this much, so that an answer stays one that can be sent. */
const detailBytes = 16 * 1024 * 1024

/**
 * The errors of a write's statements, as its answer lists them.
 * Source: kErrorSizeTruncationMin in src/mongo/db/commands/write_commands.cpp of MongoDB.
 */
export const describeErrors = (errors: readonly StatementError[]): Doc[] => {
  let told = 0
  let detailed = 0
  return errors.map(({ index, error: { code, codeName, message, fields } }, place) => {
    const errmsg = told >= messageBytes && place >= fullMessages ? '' : message
    told += errmsg.length
    const details = detailed < detailBytes ? fields : undefined
    if (details) detailed += encode(details).length
    return { index, code, codeName, errmsg, ...details }
  })
}
