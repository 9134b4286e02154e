import { Buffer } from 'node:buffer'
import { Binary, Long } from 'bson'
import { decode, encode } from '../values/codec.ts'
import { type Doc, isDoc } from '../values/doc.ts'

export type OperationKind = 'insert' | 'update' | 'replace' | 'delete' | 'drop' | 'dropDatabase' | 'rename' | 'other'

/** One change, as change streams tell it. Documents stay encoded until a stream asks for them. */
export interface Operation {
  readonly kind: OperationKind
  readonly db: string
  readonly collection: string
  /** The encoded `{_id}`. */
  readonly key?: Uint8Array
  /** The whole new document of an insert or replacement. */
  readonly document?: Uint8Array
  /** An update's `{updatedFields, removedFields, truncatedArrays}`. */
  readonly description?: Uint8Array
  /** Of a collection that was renamed. */
  readonly to?: { readonly db: string; readonly collection: string }
}

/** That a collection was made or has other indexes: no stream tells it, but a change needs a time. */
export const ofCatalogue = ({ db, name }: { db: string; name: string }): Operation => ({
  kind: 'other',
  db,
  collection: name,
})

/** Everything that one commit changed: its operations become visible together, and in this order. */
export interface Entry {
  readonly time: bigint
  readonly wall: Date
  /** Bytes of all entries ever written up to this one: the difference of two says how much lies between them. */
  readonly total: bigint
  readonly operations: readonly Operation[]
  /** `lsid` and `txnNumber` of a transaction. */
  readonly transaction?: Doc
}

/** BSON documents one after the other, since a document ends itself: no limit of size for the whole. */
export const encodeEntry = ({ wall, total, operations, transaction }: Omit<Entry, 'time'>): Buffer => {
  const encoded = operations.map(({ kind, db, collection, key, document, description, to }) =>
    encode({
      kind,
      db,
      collection,
      ...(key && { key: new Binary(key) }),
      ...(document && { document: new Binary(document) }),
      ...(description && { description: new Binary(description) }),
      ...(to && { to }),
    }),
  )
  const size = encoded.reduce((sum, bytes) => sum + bytes.length, 100)
  const head = { wall, total: Long.fromBigInt(total + BigInt(size)) }
  return Buffer.concat([encode(transaction ? { ...head, transaction } : head), ...encoded])
}

/** The first document of an entry alone, for those who only weigh it. */
export const decodeHead = (value: Uint8Array): Pick<Entry, 'wall' | 'total'> => {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length)
  return readHead(decode(bytes.subarray(0, bytes.readInt32LE(0))))
}

const readHead = ({ wall, total }: Doc): Pick<Entry, 'wall' | 'total'> => ({
  wall: wall instanceof Date ? wall : new Date(0),
  total: BigInt(String(total)),
})

export const decodeEntry = (time: bigint, value: Uint8Array): Entry => {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length)
  const documents: Doc[] = []
  for (let place = 0; place < bytes.length; ) {
    const length = bytes.readInt32LE(place)
    documents.push(decode(bytes.subarray(place, place + length)))
    place += length
  }
  const [head = {}, ...operations] = documents
  return {
    time,
    ...readHead(head),
    operations: operations.map(readOperation),
    ...(head.transaction ? { transaction: head.transaction as Doc } : {}),
  }
}

const readOperation = ({ kind, db, collection, key, document, description, to }: Doc): Operation => ({
  // Written by `encodeEntry`.
  kind: kind as OperationKind,
  db: String(db),
  collection: String(collection),
  ...(key instanceof Binary && { key: key.buffer.subarray(0, key.position) }),
  ...(document instanceof Binary && { document: document.buffer.subarray(0, document.position) }),
  ...(description instanceof Binary && { description: description.buffer.subarray(0, description.position) }),
  ...(isDoc(to) && { to: { db: String(to.db), collection: String(to.collection) } }),
})
