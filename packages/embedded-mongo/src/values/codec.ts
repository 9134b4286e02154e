import { calculateObjectSize, DBRef, deserialize, serialize, setInternalBufferSize } from 'bson'
import { CommandError } from '../errors.ts'
import { type Doc, isDoc } from './doc.ts'

const dbRefMark = Buffer.from('$ref\0')

// bson makes objects of class DBRef from documents with $ref and $id. To the server they are ordinary documents.
const withPlainReferences = (value: unknown): unknown => {
  if (value instanceof DBRef) {
    const { collection, oid, db, fields } = value
    const plain = { $ref: collection, $id: oid, ...(db === undefined ? {} : { $db: db }), ...fields }
    return withPlainReferences(plain)
  }
  if (Array.isArray(value)) return value.map(withPlainReferences)
  if (!isDoc(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, withPlainReferences(field)]))
}

/**
 * Reads a document without loss: every number keeps its BSON type, so that rewriting a document does not
 * turn Long 5 into an int.
 */
export const decode = (bytes: Uint8Array): Doc => {
  const doc: Doc = deserialize(bytes, {
    promoteValues: false,
    promoteLongs: false,
    promoteBuffers: false,
    bsonRegExp: true,
  })
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!buffer.includes(dbRefMark)) return doc
  const plain = withPlainReferences(doc)
  return isDoc(plain) ? plain : doc
}

const options = { ignoreUndefined: false, checkKeys: false }

/** What bson writes into. Past its end it may leave out what it is given without a word. */
const bufferBytes = 17 * 1024 * 1024

/**
 * Writes a document. Undefined becomes null, as the driver does with `ignoreUndefined: false`.
 * @throws BSONObjectTooLarge, by default beyond the largest document and what is stored around it
 */
export const encode = (doc: Doc, maxBytes = bufferBytes): Uint8Array => {
  const bytes = fitting(doc)
  if (bytes) return bytes
  const size = calculateObjectSize(doc, options)
  if (size > maxBytes) {
    throw new CommandError(
      'BSONObjectTooLarge',
      `Document is too large: its ${size} bytes exceed the ${maxBytes} that are encoded`,
    )
  }
  setInternalBufferSize(size + spareBytes)
  return serialize(doc, options)
}

/** A character that is cut off leaves some bytes empty. */
const spareBytes = 16

const fitting = (doc: Doc): Uint8Array | undefined => {
  try {
    const bytes = serialize(doc, options)
    return bytes.length < bufferBytes - spareBytes ? bytes : undefined
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
