import type { Engine } from '../engine/engine.ts'
import { CommandError } from '../errors.ts'
import { checkHistory, openChangeStream } from '../oplog/change-stream.ts'
import type { Operation } from '../oplog/entries.ts'
import type { Scope } from '../oplog/events.ts'
import { type Position, readToken, wholeEntry } from '../oplog/resume-tokens.ts'
import { runPipeline } from '../query/aggregate.ts'
import { compileStage } from '../query/stages.ts'
import * as storage from '../storage/documents.ts'
import { decode } from '../values/codec.ts'
import { type Doc, isDoc } from '../values/doc.ts'
import type { Request, Result } from './command.ts'
import * as fields from './fields.ts'
import { namespaceOf } from './namespaces.ts'
import { batchSizeOf, openCursor } from './reading.ts'

const known = new Set([
  'fullDocument',
  'fullDocumentBeforeChange',
  'resumeAfter',
  'startAfter',
  'startAtOperationTime',
  'allChangesForCluster',
  'showExpandedEvents',
])

/** MongoDB's list: what works on one event at a time. */
const allowedStages = new Set([
  '$match',
  '$project',
  '$addFields',
  '$set',
  '$unset',
  '$replaceRoot',
  '$replaceWith',
  '$redact',
])

export const openStream = async (
  engine: Engine,
  request: Request,
  options: unknown,
  stages: readonly Doc[],
): Promise<Result> => {
  if (!isDoc(options)) throw new CommandError('TypeMismatch', 'the $changeStream stage must be an object')
  if (request.transaction) {
    throw new CommandError('OperationNotSupportedInTransaction', '$changeStream cannot run in a transaction')
  }
  for (const name of Object.keys(options)) {
    if (!known.has(name)) {
      throw new CommandError('IDLUnknownField', `BSON field '$changeStream.${name}' is an unknown field.`)
    }
  }
  fields.refuse(options, 'fullDocumentBeforeChange', (value) => value === 'off')
  fields.refuse(options, 'showExpandedEvents', fields.isFalse)
  const mode = fields.optionalText(options, 'fullDocument') ?? 'default'
  if (mode !== 'default' && mode !== 'updateLookup') {
    throw new CommandError(
      ['whenAvailable', 'required'].includes(mode) ? 'NotImplemented' : 'BadValue',
      `The embedded engine does not support fullDocument: '${mode}' in a change stream`,
    )
  }
  for (const stage of stages) {
    const { name } = compileStage(stage)
    if (!allowedStages.has(name)) {
      throw new CommandError('IllegalOperation', `${name} is not permitted in a $changeStream pipeline`)
    }
  }
  runPipeline([], stages)
  const { scope, namespace } = readScope(request, fields.flag(options, 'allChangesForCluster'))
  const { oplog, commits, elapsedMs } = engine
  const position = readPosition(engine, options)
  checkHistory(oplog, position)
  const source = openChangeStream({
    oplog,
    durable: () => commits.durable,
    elapsedMs,
    scope,
    position,
    lookUp: mode === 'updateLookup' ? (operation) => lookUp(engine, operation) : undefined,
    pipeline: stages.length === 0 ? (event) => event : (event) => runPipeline([event], stages)[0],
  })
  return openCursor(engine, request, { namespace, source, batchSize: batchSizeOf(request), isTailable: true })
}

const readScope = (request: Request, isWhole: boolean): { scope: Scope; namespace: string } => {
  const { body, db } = request
  if (typeof body.aggregate === 'string') {
    if (isWhole) throw new CommandError('InvalidOptions', 'allChangesForCluster needs the admin database')
    const namespace = namespaceOf(request)
    return { scope: { db, collection: body.aggregate }, namespace }
  }
  const namespace = `${db}.$cmd.aggregate`
  if (!isWhole) return { scope: { db }, namespace }
  if (db !== 'admin') {
    throw new CommandError(
      'InvalidOptions',
      'A $changeStream with allChangesForCluster:true may only be opened on the admin database',
    )
  }
  return { scope: {}, namespace }
}

const readPosition = ({ oplog, commits }: Engine, options: Doc): Position => {
  const given = ['resumeAfter', 'startAfter', 'startAtOperationTime'].filter((name) => options[name] !== undefined)
  if (given.length > 1) {
    throw new CommandError('BadValue', `Only one of ${given.join(', ')} may be specified in a $changeStream stage`)
  }
  const time = fields.timestamp(options, 'startAtOperationTime')
  if (time !== undefined) return { time: time - 1n, operation: wholeEntry }
  const token = options.resumeAfter ?? options.startAfter
  if (token === undefined) return { time: commits.durable, operation: wholeEntry }
  const { position, kind } = readToken(token)
  if (kind === 'invalidate') {
    if (options.resumeAfter !== undefined) {
      throw new CommandError(
        'InvalidResumeToken',
        'Attempting to resume a change stream using resumeAfter after an invalidate',
      )
    }
    return position
  }
  checkHistory(oplog, position)
  if (kind === 'event') {
    const entry = oplog.entryAt(position.time)
    if (!entry?.operations[position.operation]) {
      throw new CommandError('ChangeStreamFatalError', 'cannot resume stream; the resume token was not found', {
        errorLabels: ['NonResumableChangeStreamError'],
      })
    }
  }
  return position
}

const lookUp = ({ store, catalogue }: Engine, { db, collection: name, key }: Operation): Doc | null => {
  const collection = catalogue.find(`${db}.${name}`)
  if (!collection || !key) return null
  const snapshot = store.snapshot()
  const bytes = snapshot.view.get(storage.documentKey(collection, storage.encodeId(decode(key)._id)))
  snapshot.release()
  return bytes ? decode(bytes) : null
}
