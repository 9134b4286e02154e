import { queryCursor } from '../cursors/cursors.ts'
import type { Engine } from '../engine/engine.ts'
import { CommandError } from '../errors.ts'
import { prepare } from '../plans/query.ts'
import { runPipeline } from '../query/aggregate.ts'
import { encode } from '../values/codec.ts'
import { type Doc, isDoc } from '../values/doc.ts'
import { splitPipeline } from './aggregate-pipeline.ts'
import { openStream } from './change-streams.ts'
import type { Command, Request, Result } from './command.ts'
import * as fields from './fields.ts'
import { readHint } from './find.ts'
import { namespaceOf } from './namespaces.ts'
import { batchSizeOf, openCursor, read, readAt } from './reading.ts'

/** What a pipeline that needs all documents at once may hold, as in MongoDB. */
const maxHeldBytes = 100 * 1024 * 1024

export const aggregate: Command = {
  fields: [
    'pipeline',
    'cursor',
    'explain',
    'allowDiskUse',
    'bypassDocumentValidation',
    'collation',
    'hint',
    'let',
    'exchange',
  ],
  inTransaction: true,
  readsSnapshots: true,
  run(engine, request) {
    const { body } = request
    fields.refuse(body, 'explain', fields.isFalse)
    fields.refuse(body, 'collation', fields.isSimpleCollation)
    fields.refuse(body, 'let', fields.isEmptyDoc)
    fields.refuse(body, 'exchange')
    const pipeline = fields.documents(body, 'pipeline')
    if (!pipeline)
      throw new CommandError('IDLFailedToParse', "BSON field 'aggregate.pipeline' is missing but a required field")
    if (!isDoc(body.cursor)) {
      throw new CommandError(
        'FailedToParse',
        "The 'cursor' option is required, except for aggregate with the explain argument",
      )
    }
    const [first, ...rest] = pipeline
    if (first && '$changeStream' in first) return openStream(engine, request, first.$changeStream, rest)
    return runOnCollection(engine, request, pipeline)
  },
}

const runOnCollection = async (engine: Engine, request: Request, pipeline: readonly Doc[]): Promise<Result> => {
  if (typeof request.body.aggregate !== 'string') {
    throw new CommandError('NotImplemented', 'The embedded engine aggregates a whole database only as a change stream')
  }
  const namespace = namespaceOf(request)
  const { query, counts, rest } = splitPipeline(pipeline)
  const hint = readHint(request.body)
  // Also where there is nothing to run it on, a mistake in the pipeline is one.
  runPipeline([], pipeline)
  const reading = await read(engine, request, namespace, ({ view, time, collection, keep }) => {
    const cursorFields = readAt(request, time)
    const prepared = collection && prepare(view, time, collection, { ...query, hint, deadline: request.deadline })
    if (counts) {
      let n = 0
      for (const _ of prepared?.documents() ?? []) n += 1
      return { cursorFields, source: queryCursor(n > 0 ? [encode(counts(n))] : [], () => undefined) }
    }
    if (rest.length === 0 && prepared) {
      const documents = prepared.documents()
      return { cursorFields, source: queryCursor(bytesOf(documents), keep()) }
    }
    const docs: Doc[] = []
    let held = 0
    for (const { doc, bytes } of prepared?.documents() ?? []) {
      docs.push(doc)
      held += bytes.length
      if (held > maxHeldBytes) {
        throw new CommandError(
          'ExceededMemoryLimit',
          `The embedded engine holds at most ${maxHeldBytes} bytes of an aggregation: let $match, $sort and $limit come first`,
        )
      }
    }
    return { cursorFields, source: queryCursor(runPipeline(docs, rest).map(encode), () => undefined) }
  })
  return openCursor(engine, request, { namespace, ...reading, batchSize: batchSizeOf(request) })
}

function* bytesOf(documents: Iterable<{ bytes: Uint8Array }>): Generator<Uint8Array> {
  for (const { bytes } of documents) yield bytes
}
