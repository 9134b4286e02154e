import { CommandError } from '../errors.ts'
import { typeName } from '../values/compare.ts'
import { isDoc } from '../values/doc.ts'

export const checkId = (id: unknown): void => {
  if (Array.isArray(id) || id === undefined || typeName(id) === 'regex') {
    throw new CommandError('InvalidIdField', `The '_id' value cannot be of type ${typeName(id)}`)
  }
  const operator = isDoc(id) && Object.keys(id).find((name) => name.startsWith('$'))
  if (operator) {
    throw new CommandError('DollarPrefixedFieldName', `_id fields may not contain '$'-prefixed fields: ${operator}`)
  }
}
