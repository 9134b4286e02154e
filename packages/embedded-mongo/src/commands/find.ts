import { queryCursor } from '../cursors/cursors.ts'
import { CommandError } from '../errors.ts'
import { checkQuery, prepare } from '../plans/query.ts'
import { compileProjection } from '../query/projection.ts'
import { bindFilter, readVariables } from '../query/variables.ts'
import type { Stored } from '../storage/documents.ts'
import { encode } from '../values/codec.ts'
import type { Doc } from '../values/doc.ts'
import type { Command, Request } from './command.ts'
import * as fields from './fields.ts'
import { namespaceOf } from './namespaces.ts'
import { openCursor, read, readAt } from './reading.ts'

export const find: Command = {
  fields: [
    'filter',
    'sort',
    'projection',
    'hint',
    'skip',
    'limit',
    'batchSize',
    'singleBatch',
    'allowDiskUse',
    'noCursorTimeout',
    'allowPartialResults',
    'collation',
    'let',
    'max',
    'min',
    'returnKey',
    'showRecordId',
    'tailable',
    'awaitData',
    'oplogReplay',
  ],
  inTransaction: true,
  readsSnapshots: true,
  async run(engine, request) {
    const namespace = namespaceOf(request)
    const query = readQuery(request)
    const batchSize = fields.count(request.body, 'batchSize')
    const singleBatch = fields.flag(request.body, 'singleBatch')
    const reading = await read(engine, request, namespace, ({ view, time, collection, keep }) => {
      const cursorFields = readAt(request, time)
      const project = query.projection && compileProjection(query.projection)
      if (!collection) {
        checkQuery(query)
        return { cursorFields, source: queryCursor([], () => undefined) }
      }
      const { documents } = prepare(view, time, collection, query)
      return { cursorFields, source: queryCursor(shaped(documents(), project), keep()) }
    })
    return openCursor(engine, request, { namespace, ...reading, batchSize, singleBatch })
  },
}

function* shaped(documents: Iterable<Stored>, project: ((doc: Doc) => Doc) | undefined): Generator<Uint8Array> {
  for (const { bytes, doc } of documents) yield project ? encode(project(doc)) : bytes
}

/** Also of an explained find. */
export const readQuery = ({ body, deadline }: Pick<Request, 'body' | 'deadline'>) => {
  for (const name of ['max', 'min']) fields.refuse(body, name, fields.isEmptyDoc)
  for (const name of ['returnKey', 'showRecordId', 'tailable', 'awaitData', 'oplogReplay']) {
    fields.refuse(body, name, fields.isFalse)
  }
  fields.refuse(body, 'collation', fields.isSimpleCollation)
  const limit = fields.whole(body, 'limit') ?? 0
  if (limit < 0) throw new CommandError('BadValue', `BSON field 'limit' value must be >= 0, actual value '${limit}'`)
  const projection = fields.document(body, 'projection')
  return {
    filter: bindFilter(fields.document(body, 'filter') ?? {}, readVariables(fields.document(body, 'let'))),
    sort: fields.document(body, 'sort'),
    skip: fields.count(body, 'skip'),
    limit,
    hint: readHint(body),
    projection: projection && Object.keys(projection).length > 0 ? projection : undefined,
    deadline,
  }
}

/** An index's name or its key; an empty one counts as none. */
export const readHint = (body: Doc): string | Doc | undefined => {
  if (typeof body.hint === 'string') return body.hint
  const hint = fields.document(body, 'hint')
  return hint && Object.keys(hint).length > 0 ? hint : undefined
}
