import { Buffer } from 'node:buffer'
import type { Collection, Index } from '../storage/catalogue.ts'
import { documentKey, encodeId } from '../storage/documents.ts'
import { indexEntries } from '../storage/index-entries.ts'
import * as keys from '../storage/keys.ts'
import type { View } from '../storage/view.ts'
import { decode } from '../values/codec.ts'
import type { Doc } from '../values/doc.ts'
import { showId } from '../values/show.ts'

export interface IndexReport {
  readonly name: string
  readonly entries: number
  /** Documents that the index should hold and does not. */
  readonly missing: readonly string[]
  /** Entries that no document puts there, and values that a unique index has twice. */
  readonly extra: readonly string[]
}

export interface CollectionReport {
  readonly namespace: string
  readonly documents: number
  readonly indexes: readonly IndexReport[]
  /** Documents that cannot be read, or lie in a wrong place. */
  readonly damaged: readonly string[]
}

/** Of each kind of fault so many are named. */
const maxNamed = 100

interface Findings {
  readonly index: Index
  expected: number
  readonly missing: string[]
  readonly extra: string[]
}

/** Holds documents and indexes against each other, both ways. Reads everything, and holds little of it at a time. */
export const checkCollection = (view: View, collection: Collection): CollectionReport => {
  const [, ...indexes] = collection.indexes
  const findings = indexes.map((index): Findings => ({ index, expected: 0, missing: [], extra: [] }))
  const damaged: string[] = []
  const prefix = keys.documentPrefix(collection.id)
  let documents = 0
  for (const { key, value } of view.range({ start: prefix, end: keys.after(prefix) })) {
    documents += 1
    const id = Buffer.from(key).subarray(prefix.length)
    const fault = attempt(() => checkDocument(view, collection, findings, id, decode(value)))
    if (fault) name(damaged, `the document at ${id.toString('hex')} ${fault}`)
  }
  const [idIndex] = collection.indexes
  return {
    namespace: collection.namespace,
    documents,
    indexes: [
      { name: idIndex?.name ?? '_id_', entries: documents, missing: [], extra: [] },
      ...findings.map((found) => checkIndex(view, collection, found)),
    ],
    damaged,
  }
}

const name = (list: string[], fault: string): void => {
  if (list.length < maxNamed) list.push(fault)
}

const attempt = (check: () => string | undefined): string | undefined => {
  try {
    return check()
  } catch (error) {
    return `cannot be read: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** From the document to its entries. */
const checkDocument = (
  view: View,
  collection: Collection,
  findings: readonly Findings[],
  id: Buffer,
  doc: Doc,
): string | undefined => {
  for (const found of findings) {
    const { index, missing } = found
    for (const { prefix, isMultikey } of indexEntries(collection, index, doc)) {
      found.expected += 1
      const entry = view.get(Buffer.concat([prefix, id]))
      if (entry === undefined || !id.equals(entry)) name(missing, showId(doc))
      if (isMultikey && view.get(keys.multikeyKey(collection.id, index.id)) === undefined) {
        name(missing, `${showId(doc)}: it holds an array, of which the index does not know`)
      }
    }
  }
  return id.equals(encodeId(doc._id)) ? undefined : `calls itself ${showId(doc)}`
}

/** From the entries to their documents. */
const checkIndex = (view: View, collection: Collection, found: Findings): IndexReport => {
  const { index, expected, missing, extra } = found
  const start = keys.indexPrefix(collection.id, index.id)
  let entries = 0
  let before: Buffer | undefined
  for (const { key, value } of view.range({ start, end: keys.after(start) })) {
    entries += 1
    const prefix = Buffer.from(key.subarray(0, Math.max(key.length - value.length, start.length)))
    if (index.isUnique && before?.equals(prefix)) name(extra, `two documents at ${Buffer.from(key).toString('hex')}`)
    before = prefix
  }
  // Entries that were found from their documents are all different: only more than those need a closer look.
  if (entries > expected - missing.length || missing.length > 0) nameExtra(view, collection, found)
  return { name: index.name, entries, missing, extra }
}

const nameExtra = (view: View, collection: Collection, { index, extra }: Findings): void => {
  const start = keys.indexPrefix(collection.id, index.id)
  for (const { key, value } of view.range({ start, end: keys.after(start) })) {
    if (extra.length >= maxNamed) return
    const entry = Buffer.from(key)
    const fault = attempt(() => {
      const bytes = view.get(documentKey(collection, value))
      if (!bytes) return 'is of a document that is not there'
      const expected = indexEntries(collection, index, decode(bytes))
      const belongs = expected.some(({ prefix }) => entry.equals(Buffer.concat([prefix, value])))
      return belongs ? undefined : 'is of another value than its document has'
    })
    if (fault) name(extra, `the entry ${entry.toString('hex')} ${fault}`)
  }
}
