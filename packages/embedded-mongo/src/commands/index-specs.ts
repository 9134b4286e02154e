import { Int32 } from 'bson'
import { CommandError } from '../errors.ts'
import { compileFilter } from '../query/matcher.ts'
import type { Index } from '../storage/catalogue.ts'
import { equal } from '../values/compare.ts'
import { type Doc, isDoc } from '../values/doc.ts'
import { isNumber, nearestDouble, numericOf } from '../values/numbers.ts'
import * as fields from './fields.ts'

const maxFields = 32

const supported = new Set(['v', 'key', 'name', 'ns', 'unique', 'sparse', 'partialFilterExpression', 'background'])
const refused = new Set([
  'expireAfterSeconds',
  'collation',
  'hidden',
  'storageEngine',
  'weights',
  'default_language',
  'language_override',
  'textIndexVersion',
  '2dsphereIndexVersion',
  'bits',
  'min',
  'max',
  'bucketSize',
  'wildcardProjection',
  'prepareUnique',
  'clustered',
])

/** An index as `createIndexes` asks for it, checked, in the form in which it is kept and listed. */
export const readIndexSpec = (wanted: Doc): Doc => {
  for (const name of Object.keys(wanted)) {
    if (refused.has(name)) {
      fields.refuse(wanted, name, (value) => value === false || fields.isSimpleCollation(value))
    } else if (!supported.has(name)) {
      throw new CommandError(
        'InvalidIndexSpecificationOption',
        `The field '${name}' is not valid for an index specification.`,
      )
    }
  }
  const key = fields.requiredDocument(wanted, 'key')
  checkKey(key)
  const name = fields.text(wanted, 'name')
  if (name === '' || name === '*') throw new CommandError('BadValue', `Index name '${name}' is not allowed`)
  const partial = fields.document(wanted, 'partialFilterExpression')
  if (partial) checkPartial(partial)
  const isSparse = fields.flag(wanted, 'sparse')
  if (partial && isSparse) {
    throw new CommandError('CannotCreateIndex', 'cannot mix "partialFilterExpression" and "sparse" options')
  }
  return {
    v: new Int32(2),
    key,
    name,
    ...(fields.flag(wanted, 'unique') && { unique: true }),
    ...(isSparse && { sparse: true }),
    ...(partial && { partialFilterExpression: partial }),
  }
}

const checkKey = (key: Doc): void => {
  const entries = Object.entries(key)
  if (entries.length === 0) throw new CommandError('CannotCreateIndex', 'Index keys cannot be an empty object')
  if (entries.length > maxFields) {
    throw new CommandError('CannotCreateIndex', `Index key pattern cannot have more than ${maxFields} fields`)
  }
  for (const [field, direction] of entries) {
    if (typeof direction === 'string') {
      throw new CommandError('CannotCreateIndex', `The embedded engine has no index of type '${direction}'`)
    }
    const number = isNumber(direction) ? nearestDouble(numericOf(direction)) : Number.NaN
    if (Number.isNaN(number) || number === 0) {
      throw new CommandError(
        'CannotCreateIndex',
        `Values in the index key pattern must be numbers other than 0: ${field}`,
      )
    }
    if (field === '' || field.split('.').some((part) => part === '' || part.startsWith('$'))) {
      throw new CommandError('CannotCreateIndex', `The field name '${field}' cannot be indexed`)
    }
  }
}

const allowedInPartial = new Set(['$eq', '$exists', '$gt', '$gte', '$lt', '$lte', '$type', '$in', '$and', '$or'])

/** The conditions that MongoDB allows, for of others it could not tell whether a query implies them. */
const checkPartial = (filter: Doc): void => {
  const check = (condition: unknown): void => {
    if (Array.isArray(condition)) condition.forEach(check)
    if (!isDoc(condition)) return
    for (const [name, value] of Object.entries(condition)) {
      if (name.startsWith('$') && !allowedInPartial.has(name)) {
        throw new CommandError('CannotCreateIndex', `unsupported expression in partial index: ${name}`)
      }
      if (name === '$exists' && value !== true) {
        throw new CommandError('CannotCreateIndex', 'unsupported expression in partial index: $exists: false')
      }
      if (!['$eq', '$in', '$gt', '$gte', '$lt', '$lte', '$type'].includes(name)) check(value)
    }
  }
  check(filter)
  compileFilter(filter)
}

/** Whether the index is the wanted one. Refuses what bears the same name or key and is another. */
export const isSameIndex = (namespace: string, index: Index, wanted: Doc): boolean => {
  const hasName = index.name === wanted.name
  const hasKey =
    isSameKey(index.spec.key, wanted.key) && equal(index.spec.partialFilterExpression, wanted.partialFilterExpression)
  if (!hasName && !hasKey) return false
  const isSame =
    hasKey &&
    (index.id === 0 || (index.isUnique === (wanted.unique === true) && index.isSparse === (wanted.sparse === true)))
  if (hasName && isSame) return true
  if (index.id === 0 && isSame) return true
  if (hasName) {
    throw new CommandError(
      'IndexKeySpecsConflict',
      `An existing index has the same name as the requested index. When index names are not specified, they are ` +
        `auto generated and can cause conflicts. Please refer to our documentation. Collection: ${namespace}, ` +
        `index: ${index.name}`,
    )
  }
  throw new CommandError(
    'IndexOptionsConflict',
    isSame
      ? `Index already exists with a different name: ${index.name}`
      : `An equivalent index already exists with the same name but different options: ${index.name}`,
  )
}

const isSameKey = (left: unknown, right: unknown): boolean => {
  if (!isDoc(left) || !isDoc(right)) return false
  const wanted = Object.entries(right)
  const present = Object.entries(left)
  return (
    wanted.length === present.length &&
    present.every(([field, direction], place) => wanted[place]?.[0] === field && equal(direction, wanted[place]?.[1]))
  )
}
