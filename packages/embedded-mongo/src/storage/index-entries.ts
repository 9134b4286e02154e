import { Buffer } from 'node:buffer'
import { type Doc, MISSING } from '../values/doc.ts'
import { encodeKey } from '../values/key.ts'
import { indexTuples, valuesAt } from '../values/paths.ts'
import type { Collection, Index } from './catalogue.ts'
import * as keys from './keys.ts'

/** What a document puts into an index; its key is `prefix` and then the encoded _id. */
export interface IndexEntry {
  readonly index: Index
  readonly values: readonly unknown[]
  readonly prefix: Buffer
  readonly isMultikey: boolean
}

export const indexEntries = (collection: Collection, index: Index, doc: Doc): IndexEntry[] => {
  if (index.partialFilter && !index.partialFilter.matches(doc)) return []
  if (index.isSparse && !index.fields.some((field) => isPresent(doc, field))) return []
  const tuples = indexTuples(doc, index.fields)
  const isMultikey = tuples.length > 1 || index.fields.some((field) => meetsArray(doc, field))
  const start = keys.indexPrefix(collection.id, index.id)
  return tuples.map((values) => ({
    index,
    values,
    prefix: Buffer.concat([start, encodeKey(values, index.directions)]),
    isMultikey,
  }))
}

const isPresent = (doc: Doc, field: string): boolean => valuesAt(doc, field).some((value) => value !== MISSING)

/** An array anywhere on the path, also an empty one or one of a single element. */
const meetsArray = (doc: Doc, field: string): boolean => {
  let value: unknown = doc
  for (const part of field.split('.')) {
    if (typeof value !== 'object' || value === null) return false
    value = (value as Doc)[part]
    if (Array.isArray(value)) return true
  }
  return false
}
