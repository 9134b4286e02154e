import { CommandError } from '../errors.ts'
import { checkQuery, prepare } from '../plans/query.ts'
import { compileProjection } from '../query/projection.ts'
import { compileUpdate } from '../query/update.ts'
import { bindFilter, readVariables, type Variables } from '../query/variables.ts'
import * as storage from '../storage/documents.ts'
import type { Doc } from '../values/doc.ts'
import type { Command } from './command.ts'
import * as fields from './fields.ts'
import { readHint } from './find.ts'
import { namespaceOf } from './namespaces.ts'
import { bindUpdate, readUpdate } from './update.ts'
import { changeOne, upsert } from './updating.ts'
import { type Writing, write } from './writing.ts'

export const findAndModify: Command = {
  fields: [
    'query',
    'sort',
    'remove',
    'update',
    'new',
    'fields',
    'upsert',
    'bypassDocumentValidation',
    'arrayFilters',
    'hint',
    'collation',
    'let',
    'stmtId',
  ],
  inTransaction: true,
  isRetryable: true,
  async run(engine, request) {
    const { body, deadline } = request
    const namespace = namespaceOf(request)
    fields.refuse(body, 'collation', fields.isSimpleCollation)
    const variables = readVariables(fields.document(body, 'let'))
    const isUpsert = fields.flag(body, 'upsert')
    const query = {
      filter: bindFilter(fields.document(body, 'query') ?? {}, variables),
      sort: fields.document(body, 'sort'),
      hint: readHint(body),
      limit: 1,
      deadline,
    }
    const projection = fields.document(body, 'fields')
    const project = projection && Object.keys(projection).length > 0 ? compileProjection(projection) : undefined
    const shown = (doc: Doc): Doc => (project ? project(doc) : doc)
    const modify = readModification(body, { isUpsert, variables, now: () => new Date(engine.now()) })

    const { results, errors, retried, time } = await write(engine, request, {
      namespace,
      count: 1,
      ordered: true,
      creates: isUpsert,
      run: (writing) => modify(writing, query, shown),
    })
    const [failed] = errors
    if (failed) throw failed.error
    return { fields: { ...results[0], ...(retried.length > 0 && { retriedStmtId: retried[0] }) }, time }
  },
}

type Modify = (
  writing: Writing,
  query: { filter: Doc },
  shown: (doc: Doc) => Doc,
) => { result: Doc; hasWritten: boolean }

const readModification = (
  body: Doc,
  { isUpsert, variables, now }: { isUpsert: boolean; variables: Variables; now: () => Date },
): Modify => {
  const wantsNew = fields.flag(body, 'new')
  if (fields.flag(body, 'remove')) {
    if (body.update !== undefined && body.update !== null) {
      throw new CommandError('FailedToParse', "Cannot specify both an 'update' and 'remove'=true")
    }
    if (isUpsert) throw new CommandError('FailedToParse', "Cannot specify both 'upsert'=true and 'remove'=true")
    if (wantsNew) {
      throw new CommandError(
        'FailedToParse',
        "Cannot specify both 'new'=true and 'remove'=true; 'remove' always returns the deleted document",
      )
    }
    return ({ change, time, collection }, query, shown) => {
      if (!collection) checkQuery(query)
      const found = collection && first(prepare(change.view, time, collection, query).documents())
      if (!collection || !found) return { result: { lastErrorObject: { n: 0 }, value: null }, hasWritten: false }
      storage.remove(change, collection, found)
      return { result: { lastErrorObject: { n: 1 }, value: shown(found.doc) }, hasWritten: true }
    }
  }
  if (body.update === undefined || body.update === null) {
    throw new CommandError('FailedToParse', "Either an 'update' or 'remove'=true must be specified")
  }
  const updater = compileUpdate(bindUpdate(readUpdate(body.update), variables), {
    arrayFilters: fields.documents(body, 'arrayFilters'),
    isUpsert,
    now,
  })
  return ({ change, time, collection, ensureCollection }, query, shown) => {
    if (!collection) checkQuery(query)
    const prepared = collection && prepare(change.view, time, collection, query)
    const found = prepared && first(prepared.documents())
    if (collection && prepared && found) {
      const after = changeOne(change, collection, found, prepared.matcher, updater)
      const value = shown(wantsNew ? after.doc : found.doc)
      return { result: { lastErrorObject: { n: 1, updatedExisting: true }, value }, hasWritten: after !== found }
    }
    if (!isUpsert) {
      return { result: { lastErrorObject: { n: 0, updatedExisting: false }, value: null }, hasWritten: false }
    }
    const { doc } = upsert(change, ensureCollection(), query.filter, updater)
    return {
      result: {
        lastErrorObject: { n: 1, updatedExisting: false, upserted: doc._id },
        value: wantsNew ? shown(doc) : null,
      },
      hasWritten: true,
    }
  }
}

const first = <T>(values: Iterable<T>): T | undefined => {
  for (const value of values) return value
  return undefined
}
