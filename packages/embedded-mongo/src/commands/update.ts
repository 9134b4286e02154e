import type { Deadline } from '../engine/deadline.ts'
import { CommandError } from '../errors.ts'
import { checkQuery, prepare } from '../plans/query.ts'
import { compileUpdate, type Updater } from '../query/update.ts'
import { bindFilter, bindPipeline, readVariables, type Variables } from '../query/variables.ts'
import * as storage from '../storage/documents.ts'
import { decode } from '../values/codec.ts'
import { type Doc, isDoc } from '../values/doc.ts'
import type { Command } from './command.ts'
import * as fields from './fields.ts'
import { readHint } from './find.ts'
import { maxBatch } from './insert.ts'
import { namespaceOf } from './namespaces.ts'
import { statementsOf } from './statements.ts'
import { changeOne, upsert } from './updating.ts'
import { isOrdered, type Writing, write, writeResult } from './writing.ts'

interface Statement {
  readonly filter: Doc
  readonly updater: Updater
  readonly isMulti: boolean
  readonly isUpsert: boolean
  readonly hint: string | Doc | undefined
  readonly deadline: Deadline | undefined
}

export const update: Command = {
  fields: ['updates', 'ordered', 'bypassDocumentValidation', 'stmtId', 'let'],
  inTransaction: true,
  isRetryable: true,
  async run(engine, request) {
    const { body, txnNumber, transaction, deadline } = request
    const namespace = namespaceOf(request)
    const specs = statementsOf(request, 'updates', maxBatch)
    specs.forEach(checkStatement)
    const variables = readVariables(fields.document(body, 'let'))
    const now = (): Date => new Date(engine.now())
    const ordered = isOrdered(body)
    if (txnNumber !== undefined && !transaction && specs.some((spec) => fields.flag(spec, 'multi'))) {
      throw new CommandError('InvalidOptions', 'Cannot use (or request) retryable writes with multi=true')
    }
    const written = await write(engine, request, {
      namespace,
      count: specs.length,
      ordered,
      creates: specs.some((spec) => fields.flag(spec, 'upsert')),
      run(writing, index) {
        const statement = readStatement(specs[index] ?? {}, { deadline, now, variables })
        const result = runUpdate(writing, statement)
        return { result, hasWritten: result.nModified > 0 || result.upserted !== undefined }
      },
    })
    let n = 0
    let nModified = 0
    const upserted: Doc[] = []
    written.results.forEach((result, index) => {
      if (!result) return
      n += Number(result.n)
      nModified += Number(result.nModified)
      if (result.upserted) upserted.push({ index, _id: (result.upserted as Doc)._id })
    })
    return {
      fields: { n, nModified, ...(upserted.length > 0 && { upserted }), ...writeResult(written, ordered) },
      time: written.time,
    }
  },
}

const known = new Set(['q', 'u', 'multi', 'upsert', 'arrayFilters', 'hint', 'collation', 'c', 'sort'])

/** Refuses the whole command for a field that is none; a mistake in an update is one of its statement. */
const checkStatement = (spec: Doc): void => {
  for (const name of Object.keys(spec)) {
    if (!known.has(name)) {
      throw new CommandError('IDLUnknownField', `BSON field 'update.updates.${name}' is an unknown field.`)
    }
  }
  fields.refuse(spec, 'collation', fields.isSimpleCollation)
  fields.refuse(spec, 'sort')
}

const readStatement = (
  spec: Doc,
  { deadline, now, variables }: { deadline: Deadline | undefined; now: () => Date; variables: Variables },
): Statement => {
  const isMulti = fields.flag(spec, 'multi')
  const isUpsert = fields.flag(spec, 'upsert')
  const constants = fields.document(spec, 'c')
  if (constants && !Array.isArray(spec.u)) {
    throw new CommandError('FailedToParse', 'Constant values may only be specified for pipeline updates')
  }
  const ofUpdate = new Map([...variables, ...readVariables(constants)])
  const updater = compileUpdate(bindUpdate(readUpdate(spec.u), ofUpdate), {
    arrayFilters: fields.documents(spec, 'arrayFilters'),
    isUpsert,
    now,
  })
  if (isMulti && updater.isReplacement) {
    throw new CommandError('FailedToParse', 'multi update is not supported for replacement-style update')
  }
  return {
    filter: bindFilter(fields.requiredDocument(spec, 'q'), variables),
    updater,
    isMulti,
    isUpsert,
    hint: readHint(spec),
    deadline,
  }
}

/** Only a pipeline has variables. */
export const bindUpdate = (update: Doc | readonly unknown[], variables: Variables): Doc | readonly unknown[] =>
  Array.isArray(update) ? bindPipeline(update, variables) : update

export const readUpdate = (update: unknown): Doc | readonly unknown[] => {
  if (isDoc(update) || Array.isArray(update)) return update
  throw new CommandError('FailedToParse', 'Update argument must be either an object or an array')
}

/** Documents after which a large update outside of transactions puts what it has. */
const saveEvery = 500

const runUpdate = (
  writing: Writing,
  statement: Statement,
): { n: number; nModified: number; upserted?: { _id: unknown } } => {
  const { change, time, collection, ensureCollection, saveSome } = writing
  const { filter, updater, isMulti, isUpsert, hint, deadline } = statement
  let n = 0
  let nModified = 0
  if (!collection) checkQuery({ filter })
  else {
    const query = prepare(change.view, time, collection, { filter, hint, deadline, limit: isMulti ? 0 : 1 })
    // All are found before the first is changed: a changed one must not be met again further on in the index.
    const ids: Buffer[] = []
    for (const { id } of query.documents()) ids.push(id)
    for (const id of ids) {
      const bytes = change.view.get(storage.documentKey(collection, id))
      if (!bytes) throw new Error('A matching document is gone')
      const before = { id, bytes, doc: decode(bytes) }
      n += 1
      if (changeOne(change, collection, before, query.matcher, updater) === before) continue
      nModified += 1
      if (nModified % saveEvery === 0) saveSome()
    }
  }
  if (n > 0 || !isUpsert) return { n, nModified }
  const { doc } = upsert(change, ensureCollection(), filter, updater)
  return { n: 1, nModified: 0, upserted: { _id: doc._id } }
}
