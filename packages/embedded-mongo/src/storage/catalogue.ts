import { Buffer } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { Binary, Long } from 'bson'
import { CommandError } from '../errors.ts'
import { compileFilter, type Matcher } from '../query/matcher.ts'
import { decode, encode } from '../values/codec.ts'
import { type Doc, isDoc } from '../values/doc.ts'
import * as keys from './keys.ts'
import type { WriteTransaction } from './store.ts'
import type { View } from './view.ts'

export type Direction = 1 | -1

export interface Index {
  readonly id: number
  readonly name: string
  readonly fields: readonly string[]
  readonly directions: readonly Direction[]
  readonly isUnique: boolean
  readonly isSparse: boolean
  readonly partial: Doc | undefined
  readonly partialFilter: Matcher | undefined
  /** As `listIndexes` shows it. */
  readonly spec: Doc
  /** A snapshot older than this does not hold the index's entries. */
  readonly since: bigint
  /** Has ever held several entries of one document. */
  isMultikey: boolean
}

/** A collection's description is replaced, never changed, so that whoever holds one can see that it is outdated. */
export interface Collection {
  readonly id: number
  readonly namespace: string
  readonly db: string
  readonly name: string
  readonly uuid: Binary
  readonly options: Doc
  /** The first one is `_id_`, which the documents themselves are sorted by. */
  readonly indexes: readonly Index[]
  readonly highestIndex: number
  readonly created: bigint
  readonly indexesChanged: bigint
}

/** What is stored of an index. */
interface StoredIndex {
  id: number
  since: Long
  spec: Doc
}

export interface Catalogue {
  find(namespace: string): Collection | undefined
  /** As it is in a snapshot, which may be older than what is known here, or newer. */
  asOf(view: View, namespace: string): Collection | undefined
  all(): Iterable<Collection>
  create(transaction: WriteTransaction, time: bigint, namespace: string, options?: Doc): Collection
  /** A collection as it will be; it is none before `add`. */
  describe(time: bigint, namespace: string, options?: Doc): Collection
  add(transaction: WriteTransaction, time: bigint, collection: Collection): Collection
  /** An index as it will be; it is none before its collection is `add`ed or `replace`d. */
  describeIndex(collection: Collection, time: bigint, spec: Doc): Index
  /** A collection that is there, with more indexes. */
  replace(transaction: WriteTransaction, collection: Collection): Collection
  removeIndex(transaction: WriteTransaction, time: bigint, collection: Collection, index: Index): Collection
  /** The same collection, documents and indexes, under another name, which must be free. */
  rename(transaction: WriteTransaction, time: bigint, collection: Collection, namespace: string): Collection
  remove(transaction: WriteTransaction, collection: Collection): void
  /** How often it has changed. */
  readonly changes: number
  /** Takes it from the store again: a commit that came to nothing has left here what it meant to do. */
  reload(view: View): void
}

/** Keeps the catalogue in memory as the store has it. Its changes are made inside a write transaction. */
export const loadCatalogue = (view: View): Catalogue => {
  const collections = new Map<string, Collection>()
  let highestId = 0
  let changes = 0

  const load = (from: View): void => {
    collections.clear()
    for (const { value } of from.range({ start: keys.allCatalogue, end: keys.after(keys.allCatalogue) })) {
      const collection = restore(decode(value), from)
      collections.set(collection.namespace, collection)
    }
    const highest = from.get(keys.metaKey('collections'))
    if (highest) highestId = Math.max(highestId, Buffer.from(highest).readUInt32BE(0))
  }
  load(view)

  const store = (transaction: WriteTransaction, collection: Collection): Collection => {
    const indexes = collection.indexes.map(({ id, since, spec }) => ({ id, since: Long.fromBigInt(since), spec }))
    const { id, namespace, uuid, options, highestIndex, created, indexesChanged } = collection
    transaction.put(
      keys.catalogueKey(namespace),
      encode({
        id,
        namespace,
        uuid,
        options,
        highestIndex,
        created: Long.fromBigInt(created),
        indexesChanged: Long.fromBigInt(indexesChanged),
        indexes,
      }),
    )
    collections.set(namespace, collection)
    changes += 1
    return collection
  }

  return {
    get changes() {
      return changes
    },
    reload: load,
    find: (namespace) => collections.get(namespace),
    asOf(view, namespace) {
      const stored = view.get(keys.catalogueKey(namespace))
      return stored && restore(decode(stored), view)
    },
    all: () => collections.values(),
    describe(time, namespace, options = {}) {
      highestId += 1
      return {
        id: highestId,
        namespace,
        ...splitNamespace(namespace),
        uuid: new Binary(Buffer.from(randomUUID().replaceAll('-', ''), 'hex'), Binary.SUBTYPE_UUID),
        options,
        indexes: [readIndex({ id: 0, since: Long.fromBigInt(time), spec: idIndexSpec(options) })],
        highestIndex: 0,
        created: time,
        indexesChanged: time,
      }
    },
    add(transaction, time, collection) {
      const counter = Buffer.alloc(4)
      counter.writeUInt32BE(highestId)
      transaction.put(keys.metaKey('collections'), counter)
      const indexes = collection.indexes.map((index) => ({ ...index, since: time }))
      return store(transaction, { ...collection, indexes, created: time, indexesChanged: time })
    },
    create(transaction, time, namespace, options) {
      return this.add(transaction, time, this.describe(time, namespace, options))
    },
    describeIndex: (collection, time, spec) =>
      // Ids are not used again: entries of a dropped index may still be read by an old snapshot.
      readIndex({ id: collection.highestIndex + 1, since: Long.fromBigInt(time), spec }),
    replace: store,
    removeIndex(transaction, time, collection, index) {
      keys.clear(transaction, keys.indexPrefix(collection.id, index.id))
      transaction.remove(keys.multikeyKey(collection.id, index.id))
      const indexes = collection.indexes.filter(({ id }) => id !== index.id)
      return store(transaction, { ...collection, indexes, indexesChanged: time })
    },
    rename(transaction, time, collection, namespace) {
      transaction.remove(keys.catalogueKey(collection.namespace))
      collections.delete(collection.namespace)
      // An older snapshot has the documents, but not under this name: whoever reads it is told to begin anew.
      return store(transaction, { ...collection, ...splitNamespace(namespace), namespace, indexesChanged: time })
    },
    remove(transaction, collection) {
      keys.clear(transaction, keys.documentPrefix(collection.id))
      keys.clear(transaction, keys.collectionIndexes(collection.id))
      keys.clear(transaction, keys.collectionMultikeys(collection.id))
      transaction.remove(keys.catalogueKey(collection.namespace))
      collections.delete(collection.namespace)
      changes += 1
    },
  }
}

export const withIndex = (collection: Collection, index: Index): Collection => ({
  ...collection,
  highestIndex: index.id,
  indexes: [...collection.indexes, index],
  indexesChanged: index.since,
})

/** All collections are in the order of their _id; a clustered one says so. */
const idIndexSpec = ({ clusteredIndex }: Doc): Doc =>
  isDoc(clusteredIndex) ? { ...clusteredIndex, clustered: true } : { v: 2, key: { _id: 1 }, name: '_id_' }

const restore = (stored: Doc, view: View): Collection => {
  const { id, namespace, uuid, options, highestIndex, created, indexesChanged, indexes } = stored
  const { db, name } = splitNamespace(String(namespace))
  // Written by `store` above.
  const storedIndexes = indexes as StoredIndex[]
  const collectionId = Number(id)
  return {
    id: collectionId,
    namespace: String(namespace),
    db,
    name,
    uuid: uuid as Binary,
    options: options as Doc,
    highestIndex: Number(highestIndex),
    created: BigInt(String(created)),
    indexesChanged: BigInt(String(indexesChanged)),
    indexes: storedIndexes.map((index) => ({
      ...readIndex(index),
      isMultikey: view.get(keys.multikeyKey(collectionId, Number(index.id))) !== undefined,
    })),
  }
}

const readIndex = ({ id, since, spec }: StoredIndex): Index => {
  const key = spec.key as Doc
  const partial = spec.partialFilterExpression as Doc | undefined
  return {
    id: Number(id),
    name: String(spec.name),
    fields: Object.keys(key),
    directions: Object.values(key).map((direction) => (Number(direction) < 0 ? -1 : 1)),
    isUnique: spec.unique === true || Number(id) === 0,
    isSparse: spec.sparse === true,
    partial,
    partialFilter: partial ? compileFilter(partial) : undefined,
    spec,
    since: BigInt(String(since)),
    isMultikey: false,
  }
}

export const splitNamespace = (namespace: string): { db: string; name: string } => {
  const dot = namespace.indexOf('.')
  return { db: namespace.slice(0, dot), name: namespace.slice(dot + 1) }
}

/** Refuses a name that MongoDB refuses too. */
export const checkNamespace = (db: string, name: string): void => {
  const namespace = `${db}.${name}`
  const isValid =
    db !== '' && !/[/\\. "$*<>:|?\0]/.test(db) && name !== '' && !/[$\0]/.test(name) && !/^\.|\.$/.test(name)
  if (!isValid) throw new CommandError('InvalidNamespace', `Invalid namespace specified '${namespace}'`)
  if (name.startsWith('system.')) {
    throw new CommandError('InvalidNamespace', `The embedded engine has no system collections: ${namespace}`)
  }
  if (Buffer.byteLength(namespace) > 255) {
    throw new CommandError('InvalidNamespace', `Fully qualified namespace is too long: ${namespace}`)
  }
}
