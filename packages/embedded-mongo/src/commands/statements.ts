import { CommandError } from '../errors.ts'
import { decode } from '../values/codec.ts'
import type { Doc } from '../values/doc.ts'
import type { Request } from './command.ts'
import * as fields from './fields.ts'

/** The statements of an update or delete, which come in the body or as a sequence beside it. */
export const statementsOf = ({ name, body, sequences }: Request, field: string, most: number): readonly Doc[] => {
  const statements = sequences.get(field)?.map(decode) ?? fields.documents(body, field)
  if (!statements) {
    throw new CommandError('IDLFailedToParse', `BSON field '${name}.${field}' is missing but a required field`)
  }
  if (statements.length === 0 || statements.length > most) {
    throw new CommandError(
      'InvalidLength',
      `Write batch sizes must be between 1 and ${most}. Got ${statements.length} operations.`,
    )
  }
  return statements
}
