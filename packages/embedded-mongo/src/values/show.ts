import { Binary, Decimal128, Double, Int32, Long, ObjectId, Timestamp } from 'bson'
import { isRegex, regexOf } from './compare.ts'
import { type Doc, isDoc, MISSING } from './doc.ts'

const showField = ([name, value]: [string, unknown]): string => `${name}: ${show(value)}`

/** A value in the notation that MongoDB uses in its error messages. */
export const show = (value: unknown): string => {
  if (value === MISSING) return 'missing'
  if (typeof value === 'string') return JSON.stringify(value)
  if (value instanceof Int32 || value instanceof Double) return String(value.value)
  if (value instanceof Timestamp) return `Timestamp(${value.t}, ${value.i})`
  if (value instanceof Long || value instanceof Decimal128) return value.toString()
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`
  if (value instanceof Date) return `new Date(${value.getTime()})`
  if (value instanceof Binary) return `BinData(${value.sub_type}, ${value.toString('hex').toUpperCase()})`
  if (isRegex(value)) {
    const { pattern, options } = regexOf(value)
    return `/${pattern}/${options}`
  }
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map(show).join(', ')} ]`
  if (isDoc(value)) return showDoc(value)
  return String(value)
}

export const showDoc = (doc: Doc): string => {
  const fields = Object.entries(doc).map(showField)
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}

/** How messages name a document: by its `_id`. */
export const showId = (doc: Doc): string => (Object.hasOwn(doc, '_id') ? `{_id: ${show(doc._id)}}` : '{no id}')
