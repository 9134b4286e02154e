import { Buffer } from 'node:buffer'
import { Long } from 'bson'
import { encode } from '../values/codec.ts'
import type { Doc } from '../values/doc.ts'
import { maxMessageBytes } from './messages.ts'

/**
 * A cursor's batch in its stored bytes. What a find returns whole is never encoded again, which is the dearest part of
 * an answer.
 */
export interface Batch {
  readonly cursorId: bigint
  readonly namespace: string
  readonly name: 'firstBatch' | 'nextBatch'
  readonly documents: readonly Uint8Array[]
  readonly postBatchResumeToken?: Doc
  readonly cursorFields?: Doc
}

/** An answer: ordinary fields, and a cursor if the command has one. */
export interface Reply {
  readonly fields: Doc
  readonly batch?: Batch
}

export const encodeReply = ({ fields, batch }: Reply): Uint8Array => {
  // The errors of a write of many statements may be more than a document.
  if (batch === undefined) return encode(fields, maxMessageBytes)
  const head: Doc = { id: Long.fromBigInt(batch.cursorId), ns: batch.namespace }
  if (batch.postBatchResumeToken) head.postBatchResumeToken = batch.postBatchResumeToken
  Object.assign(head, batch.cursorFields)
  const cursor = document([elements(head), element(0x04, batch.name, array(batch.documents))])
  return document([element(0x03, 'cursor', cursor), elements(fields)])
}

/** A document's elements, without its length and end. */
const elements = (fields: Doc): Uint8Array => encode(fields).subarray(4, -1)

const element = (type: number, name: string, value: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([type]), Buffer.from(`${name}\0`), value])

const document = (parts: readonly Uint8Array[]): Buffer => {
  const length = Buffer.alloc(4)
  const whole = Buffer.concat([length, ...parts, Buffer.from([0])])
  whole.writeInt32LE(whole.length, 0)
  return whole
}

const array = (documents: readonly Uint8Array[]): Buffer => {
  const parts: Uint8Array[] = []
  documents.forEach((bytes, place) => {
    parts.push(Buffer.from(`\x03${place}\0`), bytes)
  })
  return document(parts)
}
