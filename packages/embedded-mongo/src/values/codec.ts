import { DBRef, deserialize, serialize } from 'bson'
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

/** Writes a document. Undefined becomes null, as the driver does with `ignoreUndefined: false`. */
export const encode = (doc: Doc): Uint8Array => serialize(doc, { ignoreUndefined: false, checkKeys: false })
