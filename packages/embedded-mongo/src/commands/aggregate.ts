import { type CursorSource, queryCursor } from '../cursors/cursors.ts'
import type { Engine } from '../engine/engine.ts'
import { CommandError } from '../errors.ts'
import { prepare } from '../plans/query.ts'
import { runPipeline } from '../query/aggregate.ts'
import { bindPipeline, readVariables } from '../query/variables.ts'
import { decode, encode } from '../values/codec.ts'
import { type Doc, isDoc } from '../values/doc.ts'
import { runOnDatabase } from './aggregate-database.ts'
import { splitPipeline } from './aggregate-pipeline.ts'
import { openStream } from './change-streams.ts'
import type { Command, Request, Result } from './command.ts'
import * as fields from './fields.ts'
import { readHint } from './find.ts'
import { namespaceOf } from './namespaces.ts'
import type { Output } from './output.ts'
import { splitOutput } from './output-stages.ts'
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
    const bound = bindPipeline(pipeline, readVariables(fields.document(body, 'let')))
    const { stages, output } = splitOutput(request, bound)
    const computed = typeof body.aggregate === 'string' ? onCollection(stages) : onDatabase(stages)
    return output ? writeOut(engine, request, computed, output) : answer(engine, request, computed)
  },
}

/** Where a pipeline begins, and how its documents come about. */
interface Computed {
  readonly namespace: (request: Request) => string
  readonly run: (engine: Engine, request: Request) => Promise<{ source: CursorSource; cursorFields?: Doc }>
}

const answer = async (engine: Engine, request: Request, { namespace, run }: Computed): Promise<Result> =>
  openCursor(engine, request, {
    namespace: namespace(request),
    ...(await run(engine, request)),
    batchSize: batchSizeOf(request),
  })

/** All documents are known before the first is written, which may be to the very collection that is read. */
const writeOut = async (engine: Engine, request: Request, computed: Computed, output: Output): Promise<Result> => {
  const { source } = await computed.run(engine, request)
  try {
    const limits = { count: Number.POSITIVE_INFINITY, bytes: maxHeldBytes }
    const { documents, isExhausted } = await source.next({
      ...limits,
      timeoutMs: undefined,
      signal: request.connection.signal,
    })
    if (!isExhausted) throw tooLarge()
    const time = await output(engine, request, documents.map(decode))
    const empty = { namespace: computed.namespace(request), source: queryCursor([], () => undefined) }
    return { ...(await openCursor(engine, request, { ...empty, batchSize: undefined })), time }
  } finally {
    source.close()
  }
}

const onDatabase = (pipeline: readonly Doc[]): Computed => ({
  namespace: ({ db }) => `${db}.$cmd.aggregate`,
  run: async (engine) => ({ source: queryCursor(encoded(runOnDatabase(engine, pipeline)), () => undefined) }),
})

const tooLarge = (): CommandError =>
  new CommandError(
    'ExceededMemoryLimit',
    `The embedded engine holds at most ${maxHeldBytes} bytes of an aggregation: let $match, $sort and $limit come first`,
  )

const onCollection = (pipeline: readonly Doc[]): Computed => ({
  namespace: namespaceOf,
  run: (engine, request) => runOnCollection(engine, request, pipeline),
})

const runOnCollection: (engine: Engine, request: Request, pipeline: readonly Doc[]) => ReturnType<Computed['run']> =
  async (engine, request, pipeline) => {
    const { query, counts, rest } = splitPipeline(pipeline)
    const hint = readHint(request.body)
    // Also where there is nothing to run it on, a mistake in the pipeline is one.
    runPipeline([], pipeline)
    return read(engine, request, namespaceOf(request), ({ view, time, collection, keep }) => {
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
        if (held > maxHeldBytes) throw tooLarge()
      }
      return { cursorFields, source: queryCursor(encoded(runPipeline(docs, rest)), () => undefined) }
    })
  }

/**
 * One by one: the documents of an `$unwind` share what they hold until each is written out. Takes them out of the list,
 * so that a cursor that is asked no more does not hold what it has given.
 */
export function* encoded(docs: Doc[]): Generator<Uint8Array> {
  docs.reverse()
  for (let doc = docs.pop(); doc; doc = docs.pop()) yield encode(doc)
}

function* bytesOf(documents: Iterable<{ bytes: Uint8Array }>): Generator<Uint8Array> {
  for (const { bytes } of documents) yield bytes
}
