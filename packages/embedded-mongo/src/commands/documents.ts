import { CommandError } from '../errors.ts'
import { typeName } from '../values/compare.ts'
import { type Doc, isDoc } from '../values/doc.ts'

/** A field whose name begins with `$` at any depth; the fields of a reference may stand first. */
const operatorIn = (value: unknown): string | undefined => {
  if (Array.isArray(value)) return value.map(operatorIn).find((name) => name !== undefined)
  if (!isDoc(value)) return undefined
  const entries = Object.entries(value)
  const referring = typeof value.$ref === 'string' && entries[0]?.[0] === '$ref' && entries[1]?.[0] === '$id'
  for (const [place, [name, inner]] of entries.entries()) {
    const isReference = referring && (place < 2 || (place === 2 && name === '$db'))
    if (name.startsWith('$') && !isReference) return name
    const found = operatorIn(inner)
    if (found !== undefined) return found
  }
  return undefined
}

const refuseOperators = (id: unknown): void => {
  const operator = operatorIn(id)
  if (operator === undefined) return
  throw new CommandError('DollarPrefixedFieldName', `_id fields may not contain '$'-prefixed fields: ${operator}`)
}

const isNoId = (id: unknown): boolean => Array.isArray(id) || id === undefined || typeName(id) === 'regex'

/** The id of a document that is inserted as it is. */
export const checkInsertedId = ({ _id: id }: Doc): void => {
  if (isNoId(id))
    throw new CommandError('BadValue', `can't use ${typeName(id) === 'array' ? 'an' : 'a'} ${typeName(id)} for _id`)
  refuseOperators(id)
}

/** The id of a document that an update makes, for which MongoDB has another code. */
export const checkId = (id: unknown): void => {
  if (isNoId(id)) throw new CommandError('InvalidIdField', `The '_id' value cannot be of type ${typeName(id)}`)
  refuseOperators(id)
}
