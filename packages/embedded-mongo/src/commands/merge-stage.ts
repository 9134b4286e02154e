import { CommandError } from '../errors.ts'
import { prepare } from '../plans/query.ts'
import { compileExpression } from '../query/expressions.ts'
import { compileUpdate, type Updater } from '../query/update.ts'
import { bindPipeline } from '../query/variables.ts'
import { type Collection, checkNamespace } from '../storage/catalogue.ts'
import * as storage from '../storage/documents.ts'
import { encode } from '../values/codec.ts'
import { equal } from '../values/compare.ts'
import { type Doc, isDoc } from '../values/doc.ts'
import * as fields from './fields.ts'
import { complete } from './insert.ts'
import type { Output } from './output.ts'
import { changeOne } from './updating.ts'
import { type Writing, write } from './writing.ts'

const known = ['into', 'on', 'let', 'whenMatched', 'whenNotMatched']

/** What becomes of a document that has a counterpart; undefined where the counterpart stays as it is. */
type Matched = (doc: Doc) => Updater | undefined

interface Merge {
  readonly namespace: string
  readonly on: readonly string[]
  readonly matched: Matched | 'fail'
  readonly notMatched: string
}

/** `$merge`: each document changes its counterpart in another collection, one after the other. */
export const readMerge = (spec: unknown, db: string): Output => {
  const merge = readSpec(isDoc(spec) ? spec : { into: spec }, db)
  return async (engine, request, docs) => {
    const { errors, time } = await write(engine, request, {
      namespace: merge.namespace,
      count: docs.length,
      ordered: true,
      creates: true,
      run: (writing, index) => mergeOne(writing, merge, docs[index] ?? {}),
    })
    const [failed] = errors
    if (failed) throw failed.error
    return time
  }
}

const readSpec = (spec: Doc, ownDb: string): Merge => {
  const other = Object.keys(spec).find((name) => !known.includes(name))
  if (other) throw new CommandError('IDLUnknownField', `BSON field '$merge.${other}' is an unknown field.`)
  const { db = ownDb, coll } = isDoc(spec.into) ? spec.into : { coll: spec.into }
  if (typeof coll !== 'string' || typeof db !== 'string') {
    throw new CommandError(51178, "$merge 'into' field must be either a string or an object")
  }
  checkNamespace(db, coll)
  const on = typeof spec.on === 'string' ? [spec.on] : (fields.list(spec, 'on') ?? ['_id']).map(String)
  const notMatched = fields.optionalText(spec, 'whenNotMatched') ?? 'insert'
  if (!['insert', 'discard', 'fail'].includes(notMatched)) {
    throw new CommandError(
      'BadValue',
      `Enumeration value '${notMatched}' for field 'whenNotMatched' is not a valid value.`,
    )
  }
  return { namespace: `${db}.${coll}`, on, matched: readMatched(spec), notMatched }
}

const readMatched = (spec: Doc): Matched | 'fail' => {
  const { whenMatched = 'merge' } = spec
  if (Array.isArray(whenMatched)) {
    const variables = Object.entries(fields.document(spec, 'let') ?? { new: '$$ROOT' }).map(
      ([name, value]) => [name, compileExpression(value)] as const,
    )
    return (doc) => {
      const values = variables.map(([name, evaluate]) => [name, evaluate(doc)] as const)
      return compileUpdate(bindPipeline(whenMatched, new Map([['new', doc], ...values])))
    }
  }
  if (spec.let !== undefined) {
    throw new CommandError(51199, "Cannot use 'let' variables with 'whenMatched' other than a pipeline")
  }
  if (whenMatched === 'fail') return 'fail'
  if (whenMatched === 'keepExisting') return () => undefined
  if (whenMatched === 'replace') return (doc) => becomes((before) => ({ _id: before._id, ...doc }), true)
  if (whenMatched === 'merge') return (doc) => becomes((before) => ({ ...before, ...doc }), false)
  throw new CommandError('BadValue', `Enumeration value '${whenMatched}' for field 'whenMatched' is not a valid value.`)
}

const becomes = (after: (before: Doc) => Doc, isReplacement: boolean): Updater => ({
  isReplacement,
  needsPosition: false,
  apply(before) {
    const changed = after(before)
    if (equal(before._id, changed._id)) return changed
    throw new CommandError('ImmutableField', '$merge failed to update the matching document: it would change its _id')
  },
})

const mergeOne = (writing: Writing, merge: Merge, doc: Doc): { result: Doc; hasWritten: boolean } => {
  const { change, time, collection, ensureCollection } = writing
  const { matched, notMatched, on } = merge
  checkUnique(collection, on)
  const filter = Object.fromEntries(on.map((name) => [name, { $eq: valueAt(doc, name) }]))
  const query =
    collection && matched !== 'fail' ? prepare(change.view, time, collection, { filter, limit: 1 }) : undefined
  for (const before of query?.documents() ?? []) {
    const updater = matched === 'fail' ? undefined : matched(doc)
    if (collection && query && updater) changeOne(change, collection, before, query.matcher, updater)
    return { result: {}, hasWritten: updater !== undefined }
  }
  if (notMatched === 'discard') return { result: {}, hasWritten: false }
  if (notMatched === 'fail') {
    throw new CommandError(13113, '$merge could not find a matching document in the target collection')
  }
  const candidate = complete({ doc, bytes: encode(doc) })
  storage.insert(change, ensureCollection(), candidate.bytes, candidate.doc)
  return { result: {}, hasWritten: true }
}

/** A document without a value of `on` is one with null, and only the index decides whether there can be another. */
const valueAt = (doc: Doc, path: string): unknown => {
  const value = path.split('.').reduce<unknown>((inner, name) => (isDoc(inner) ? inner[name] : undefined), doc)
  if (Array.isArray(value) || (path !== '_id' && (value === undefined || value === null))) {
    throw new CommandError(
      51132,
      `$merge write error: 'on' field '${path}' cannot be missing, null, undefined or an array`,
    )
  }
  return value
}

const checkUnique = (collection: Collection | undefined, on: readonly string[]): void => {
  const isOf = (names: readonly string[]): boolean =>
    names.length === on.length && on.every((name) => names.includes(name))
  const indexes = collection?.indexes ?? [{ fields: ['_id'], isUnique: true, isSparse: false, partial: undefined }]
  if (indexes.some((index) => index.isUnique && !index.isSparse && !index.partial && isOf(index.fields))) return
  throw new CommandError(51183, 'Cannot find index to verify that join fields will be unique')
}
