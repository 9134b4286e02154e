import { Buffer } from 'node:buffer'

/**
 * The layout of the one lmdb database. A key's first byte says what it is; numbers are big-endian, so that bytes sort
 * as the numbers do.
 *
 * `c` namespace → catalogue entry · `d` collection, _id → document · `i` collection, index, values, _id → _id
 * `m` collection, index → empty: the index has met an array · `o` time → one commit's operations
 * `r` session → retryable writes · `v` name → a setting of the store itself
 */
const tag = { catalogue: 0x63, document: 0x64, index: 0x69, multikey: 0x6d, oplog: 0x6f, retry: 0x72, meta: 0x76 }

/** lmdb refuses longer keys at a page size of 4,096 bytes. */
export const maxKeyBytes = 1978

const numbered = (kind: number, ...numbers: readonly number[]): Buffer => {
  const key = Buffer.allocUnsafe(1 + numbers.length * 4)
  key[0] = kind
  numbers.forEach((number, place) => {
    key.writeUInt32BE(number, 1 + place * 4)
  })
  return key
}

export const documentPrefix = (collection: number): Buffer => numbered(tag.document, collection)
export const indexPrefix = (collection: number, index: number): Buffer => numbered(tag.index, collection, index)
export const collectionIndexes = (collection: number): Buffer => numbered(tag.index, collection)
export const multikeyKey = (collection: number, index: number): Buffer => numbered(tag.multikey, collection, index)
export const collectionMultikeys = (collection: number): Buffer => numbered(tag.multikey, collection)

export const catalogueKey = (namespace: string): Buffer => Buffer.concat([allCatalogue, Buffer.from(namespace)])
export const allCatalogue = Buffer.from([tag.catalogue])
export const retryKey = (session: string): Buffer => Buffer.concat([allRetries, Buffer.from(session, 'hex')])
export const allRetries = Buffer.from([tag.retry])
export const metaKey = (name: string): Buffer => Buffer.from(`${String.fromCharCode(tag.meta)}${name}`)
export const allOplog = Buffer.from([tag.oplog])
export const allDocuments = Buffer.from([tag.document])
export const allIndexes = Buffer.from([tag.index])
export const allMultikeys = Buffer.from([tag.multikey])

export const oplogKey = (time: bigint): Buffer => {
  const key = Buffer.allocUnsafe(9)
  key[0] = tag.oplog
  key.writeBigUInt64BE(time, 1)
  return key
}

/** The time in an oplog key. */
export const timeOf = (key: Uint8Array): bigint => Buffer.from(key).readBigUInt64BE(1)

/** The first key above all keys that begin with the prefix. */
export const after = (prefix: Buffer): Buffer => {
  let length = prefix.length
  while (length > 0 && prefix[length - 1] === 0xff) length -= 1
  const next = Buffer.from(prefix.subarray(0, length))
  const last = next[length - 1]
  if (last === undefined) throw new Error('No key lies above this prefix')
  next[length - 1] = last + 1
  return next
}

/** A key as a string whose order is the order of the bytes. */
export const textOf = (key: Uint8Array): string =>
  Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1')
export const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1')

interface Clearable {
  range(range: { start: Buffer; end: Buffer }): Iterable<{ key: Uint8Array }>
  remove(key: Buffer): void
}

/** Removes all keys that begin with the prefix. */
export const clear = (transaction: Clearable, prefix: Buffer): void => {
  const range = { start: prefix, end: after(prefix) }
  for (;;) {
    // In portions: the keys of a large collection are not held in memory at once.
    const found: Buffer[] = []
    for (const { key } of transaction.range(range)) {
      found.push(Buffer.from(key))
      if (found.length === portion) break
    }
    for (const key of found) transaction.remove(key)
    if (found.length < portion) return
  }
}

const portion = 1_000
