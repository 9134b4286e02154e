import { ObjectId } from 'bson'
import { CommandError } from '../errors.ts'
import * as storage from '../storage/documents.ts'
import { decode, encode } from '../values/codec.ts'
import type { Doc } from '../values/doc.ts'
import type { Command, Request } from './command.ts'
import { checkInsertedId } from './documents.ts'
import * as fields from './fields.ts'
import { namespaceOf } from './namespaces.ts'
import { isOrdered, write, writeResult } from './writing.ts'

export const maxBatch = 100_000

interface Candidate {
  readonly bytes: Uint8Array
  readonly doc: Doc
}

export const insert: Command = {
  fields: ['documents', 'ordered', 'bypassDocumentValidation', 'stmtId'],
  inTransaction: true,
  isRetryable: true,
  async run(engine, request) {
    const namespace = namespaceOf(request)
    const candidates = readCandidates(request)
    const ordered = isOrdered(request.body)
    const written = await write(engine, request, {
      namespace,
      count: candidates.length,
      ordered,
      creates: true,
      run({ change, ensureCollection }, index) {
        const candidate = candidates[index]
        if (!candidate) throw new Error('No such document')
        const { bytes, doc } = complete(candidate)
        storage.insert(change, ensureCollection(), bytes, doc)
        return { result: { n: 1 }, hasWritten: true }
      },
    })
    const n = written.results.filter((result) => result !== undefined).length
    return { fields: { n, ...writeResult(written, ordered) }, time: written.time }
  },
}

const readCandidates = ({ body, sequences }: Request): readonly Candidate[] => {
  const sequence = sequences.get('documents')
  const candidates = sequence
    ? sequence.map((bytes) => ({ bytes, doc: decode(bytes) }))
    : fields.documents(body, 'documents')?.map((doc) => ({ bytes: encode(doc), doc }))
  if (!candidates) {
    throw new CommandError('IDLFailedToParse', "BSON field 'insert.documents' is missing but a required field")
  }
  if (candidates.length === 0 || candidates.length > maxBatch) {
    throw new CommandError(
      'InvalidLength',
      `Write batch sizes must be between 1 and ${maxBatch}. Got ${candidates.length} operations.`,
    )
  }
  return candidates
}

/** The document as it is stored: with an _id, which comes first. What needs no change keeps its bytes. */
export const complete = (candidate: Candidate): Candidate => {
  const { doc } = candidate
  const [first] = Object.keys(doc)
  if (first === '_id') {
    checkInsertedId(doc)
    return candidate
  }
  const completed = { _id: doc._id === undefined ? new ObjectId() : doc._id, ...withoutId(doc) }
  checkInsertedId(completed)
  return { doc: completed, bytes: encode(completed) }
}

const withoutId = (doc: Doc): Doc => Object.fromEntries(Object.entries(doc).filter(([name]) => name !== '_id'))
