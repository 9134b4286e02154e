import { Buffer } from 'node:buffer'
import { CommandError } from '../errors.ts'
import { describeUpdate } from '../oplog/describe-update.ts'
import type { Operation } from '../oplog/entries.ts'
import { encode } from '../values/codec.ts'
import type { Doc } from '../values/doc.ts'
import { encodeKey } from '../values/key.ts'
import { show } from '../values/show.ts'
import type { Collection, Index } from './catalogue.ts'
import { type IndexEntry, indexEntries } from './index-entries.ts'
import * as keys from './keys.ts'
import type { Overlay, View } from './view.ts'

/** The largest document, as MongoDB says in `hello`. */
export const maxDocumentBytes = 16 * 1024 * 1024

/** Where the changes of one statement or transaction go until they are committed. */
export interface Change {
  readonly view: Overlay
  /** Says that a document, or a value of a unique index, is about to change. Throws if it is somebody else's. */
  claim(resource: string): void
  record(operation: Operation): void
}

interface Writable extends View {
  put(key: Buffer, value: Uint8Array): void
}

export interface Stored {
  /** The encoded _id, by which everything refers to the document. */
  readonly id: Buffer
  readonly bytes: Uint8Array
  readonly doc: Doc
}

export const encodeId = (id: unknown): Buffer => encodeKey([id], [1])

export const documentKey = (collection: Collection, id: Uint8Array): Buffer =>
  Buffer.concat([keys.documentPrefix(collection.id), id])

/** The name by which a document is claimed. */
export const resourceOf = (collection: Collection, id: Uint8Array): string => keys.textOf(documentKey(collection, id))

/** All checks come before the first change, so a statement that fails on one document leaves nothing of it. */
export const insert = (change: Change, collection: Collection, bytes: Uint8Array, doc: Doc): Stored => {
  checkSize(bytes)
  const id = encodeId(doc._id)
  const key = documentKey(collection, id)
  checkKey(key, '_id_')
  const resource = keys.textOf(key)
  change.claim(resource)
  if (change.view.get(key) !== undefined) throw duplicate(collection, idIndexOf(collection), [doc._id])
  const entries = entriesOf(collection, doc)
  for (const entry of entries) checkEntry(change, collection, entry, id)
  change.view.put(key, bytes)
  for (const entry of entries) addEntry(change.view, collection, entry, id)
  change.record({ ...place(collection), kind: 'insert', key: encode({ _id: doc._id }), document: bytes })
  return { id, bytes, doc }
}

/** `kind` is what change streams call it: an update by operators or a replacement. */
export const replace = (
  change: Change,
  collection: Collection,
  before: Stored,
  doc: Doc,
  kind: 'update' | 'replace',
): Stored => {
  const bytes = encode(doc)
  checkSize(bytes)
  const { id } = before
  const key = documentKey(collection, id)
  change.claim(keys.textOf(key))
  const old = new Map(entriesOf(collection, before.doc).map((entry) => [textOf(entry), entry]))
  const added: IndexEntry[] = []
  for (const entry of entriesOf(collection, doc)) {
    if (!old.delete(textOf(entry))) added.push(entry)
  }
  for (const entry of old.values()) claimValue(change, entry)
  for (const entry of added) checkEntry(change, collection, entry, id)
  const told = kind === 'replace' ? { document: bytes } : { description: describe(before.doc, doc) }
  change.view.put(key, bytes)
  for (const entry of old.values()) change.view.remove(entryKey(entry, id))
  for (const entry of added) addEntry(change.view, collection, entry, id)
  change.record({ ...place(collection), kind, key: encode({ _id: doc._id }), ...told })
  return { id, bytes, doc }
}

export const remove = (change: Change, collection: Collection, { id, doc }: Stored): void => {
  const key = documentKey(collection, id)
  change.claim(keys.textOf(key))
  const entries = entriesOf(collection, doc)
  for (const entry of entries) claimValue(change, entry)
  change.view.remove(key)
  for (const entry of entries) change.view.remove(entryKey(entry, id))
  change.record({ ...place(collection), kind: 'delete', key: encode({ _id: doc._id }) })
}

/** Names whole paths, and so may be larger than the document. An entry of the log must hold it. */
const describe = (before: Doc, after: Doc): Uint8Array => {
  const description = encode(describeUpdate(before, after))
  checkSize(description)
  return description
}

/** Puts an existing document's entries into a new index, at once. */
export const addToIndex = (view: Writable, collection: Collection, index: Index, { id, doc }: Stored): void => {
  for (const entry of indexEntries(collection, index, doc)) {
    checkValue(view, collection, entry, id)
    addEntry(view, collection, entry, id)
  }
}

const place = ({ db, name }: Collection): { db: string; collection: string } => ({ db, collection: name })

const entriesOf = (collection: Collection, doc: Doc): IndexEntry[] =>
  collection.indexes.flatMap((index) => (index.id === 0 ? [] : indexEntries(collection, index, doc)))

const textOf = ({ prefix }: IndexEntry): string => keys.textOf(prefix)

const entryKey = ({ prefix }: IndexEntry, id: Buffer): Buffer => Buffer.concat([prefix, id])

/** The value of a unique index is claimed as a document is: taken and given up by one at a time. */
const claimValue = (change: Change, { index, prefix }: IndexEntry): void => {
  if (index.isUnique) change.claim(keys.textOf(prefix))
}

const checkEntry = (change: Change, collection: Collection, entry: IndexEntry, id: Buffer): void => {
  claimValue(change, entry)
  checkValue(change.view, collection, entry, id)
}

const checkValue = (view: Writable, collection: Collection, entry: IndexEntry, id: Buffer): void => {
  const { index, prefix, values } = entry
  checkKey(entryKey(entry, id), index.name)
  if (!index.isUnique) return
  for (const { value } of view.range({ start: prefix, end: keys.after(prefix) })) {
    if (!id.equals(value)) throw duplicate(collection, index, values)
  }
}

const addEntry = (view: Writable, collection: Collection, entry: IndexEntry, id: Buffer): void => {
  view.put(entryKey(entry, id), id)
  if (entry.isMultikey && !entry.index.isMultikey) {
    // At once, though the change may yet be dropped: it only makes plans more careful.
    entry.index.isMultikey = true
  }
  if (entry.isMultikey) {
    const key = keys.multikeyKey(collection.id, entry.index.id)
    if (view.get(key) === undefined) view.put(key, present)
  }
}

const present = Buffer.from([1])

const checkSize = (bytes: Uint8Array): void => {
  if (bytes.length <= maxDocumentBytes) return
  throw new CommandError(
    'BSONObjectTooLarge',
    `Document is too large: its ${bytes.length} bytes exceed the ${maxDocumentBytes} allowed`,
  )
}

const checkKey = (key: Buffer, index: string): void => {
  if (key.length <= keys.maxKeyBytes) return
  throw new CommandError(
    'KeyTooLong',
    `The embedded engine indexes at most ${keys.maxKeyBytes} bytes; ${index} would need ${key.length}`,
  )
}

const idIndexOf = (collection: Collection): Index => {
  const [index] = collection.indexes
  if (!index) throw new Error(`${collection.namespace} has no _id index`)
  return index
}

/** MongoDB's E11000, for the statement; who finds it at commit answers a write conflict instead. */
const duplicate = (collection: Collection, index: Index, values: readonly unknown[]): CommandError => {
  const keyPattern = Object.fromEntries(index.fields.map((field, at) => [field, index.directions[at] ?? 1]))
  const keyValue = Object.fromEntries(index.fields.map((field, at) => [field, values[at] ?? null]))
  const shown = Object.entries(keyValue).map(([field, value]) => `${field}: ${show(value)}`)
  return new CommandError(
    'DuplicateKey',
    `E11000 duplicate key error collection: ${collection.namespace} index: ${index.name} dup key: { ${shown.join(', ')} }`,
    { fields: { keyPattern, keyValue } },
  )
}
