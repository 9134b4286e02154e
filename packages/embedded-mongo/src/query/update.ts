import { CommandError } from '../errors.ts'
import { identical } from '../values/compare.ts'
import { type Copies, type Doc, fieldOf, MISSING, withoutField } from '../values/doc.ts'
import { show } from '../values/show.ts'
import { compileArrayFilters } from './array-filters.ts'
import { fieldsOf, modifiers } from './modifiers.ts'
import { compileRename, type Step } from './rename.ts'
import { compileStage } from './stages.ts'
import {
  applyChange,
  type Change,
  comparePaths,
  type ElementFilters,
  identifierOf,
  parsePath,
  refuseConflicts,
} from './update-path.ts'

export { upsertSeed } from './upsert-seed.ts'

export type ApplyOptions = {
  /** The position of the matched array element, which the positional `$` stands for. */
  readonly positional?: number | undefined
  /** Whether the document is being made by an upsert. */
  readonly isInsert: boolean
}

/** A compiled update. */
export type Updater = {
  readonly isReplacement: boolean
  /** Whether a path uses the positional `$`, so that `apply` needs `positional`. */
  readonly needsPosition: boolean
  /** Gives the changed document, or the very same one when nothing changed. Does not touch what it is given. */
  apply(doc: Doc, options: ApplyOptions): Doc
}

export type CompileOptions = {
  readonly arrayFilters?: readonly Doc[] | undefined
  readonly isUpsert?: boolean | undefined
  /** The clock of `$currentDate`. */
  readonly now?: () => Date
}

const unknownModifier = (name: string): CommandError =>
  new CommandError(
    'FailedToParse',
    `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`,
  )

const compileSteps = (update: Doc, filters: ElementFilters, now: () => Date): Step[] =>
  Object.entries(update).flatMap(([operator, spec]) => {
    if (operator === '$rename') {
      return Object.entries(fieldsOf(operator, spec)).map(([source, target]) => compileRename(source, target, filters))
    }
    const modifier = Object.hasOwn(modifiers, operator) ? modifiers[operator] : undefined
    if (!modifier) throw unknownModifier(operator)
    return Object.entries(fieldsOf(operator, spec)).map(([path, argument]): Step => {
      const parts = parsePath(path, filters)
      const change: Change = { path, parts, creates: modifier.creates, apply: modifier.parse(argument, path, now) }
      return {
        paths: [path],
        order: parts,
        onlyOnInsert: operator === '$setOnInsert',
        run: (doc, positional, copies) => applyChange(doc, change, filters, positional, copies),
      }
    })
  })

const refuseUnusedFilters = (steps: readonly Step[], filters: ElementFilters, update: Doc): void => {
  const used = new Set(steps.flatMap(({ paths }) => paths.flatMap((path) => path.split('.').map(identifierOf))))
  for (const name of filters.keys()) {
    if (used.has(name)) continue
    throw new CommandError(
      'FailedToParse',
      `The array filter for identifier '${name}' was not used in the update ${show(update)}`,
    )
  }
}

const refuseChangedId = (before: Doc, after: Doc): void => {
  const id = fieldOf(before, '_id')
  if (id === MISSING || identical(id, fieldOf(after, '_id'))) return
  throw new CommandError(
    'ImmutableField',
    "Performing an update on the path '_id' would modify the immutable field '_id'",
  )
}

const withIdFirst = (doc: Doc): Doc =>
  Object.hasOwn(doc, '_id') && Object.keys(doc)[0] !== '_id' ? { _id: doc._id, ...withoutField(doc, '_id') } : doc

const compileModifiers = (update: Doc, { arrayFilters = [], now = () => new Date() }: CompileOptions): Updater => {
  const filters = compileArrayFilters(arrayFilters)
  const steps = compileSteps(update, filters, now)
  const paths = steps.flatMap((step) => step.paths)
  refuseConflicts(paths)
  refuseUnusedFilters(steps, filters, update)
  steps.sort((a, b) => comparePaths(a.order, b.order))
  const needsPosition = paths.some((path) => path.split('.').includes('$'))
  return {
    isReplacement: false,
    needsPosition,
    apply: (doc, { positional, isInsert }) => {
      if (needsPosition && positional !== undefined && paths.length > 1) {
        refuseConflicts(
          paths.map((path) =>
            path
              .split('.')
              .map((part) => (part === '$' ? positional : part))
              .join('.'),
          ),
        )
      }
      const copies: Copies = new Set()
      let result = doc
      for (const step of steps) {
        if (isInsert || !step.onlyOnInsert) result = step.run(result, positional, copies)
      }
      if (result !== doc) refuseChangedId(doc, result)
      return result
    },
  }
}

const compileReplacement = (replacement: Doc): Updater => {
  for (const name of Object.keys(replacement)) {
    if (!name.startsWith('$')) continue
    throw new CommandError(
      'DollarPrefixedFieldName',
      `The dollar ($) prefixed field '${name}' in '${name}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
    )
  }
  return {
    isReplacement: true,
    needsPosition: false,
    apply: (doc) => {
      const id = fieldOf(doc, '_id')
      const ownId = fieldOf(replacement, '_id')
      if (id === MISSING || identical(id, ownId)) return identical(doc, replacement) ? doc : replacement
      if (ownId !== MISSING) {
        throw new CommandError(
          'ImmutableField',
          `After applying the update, the (immutable) field '_id' was found to have been altered to _id: ${show(ownId)}`,
        )
      }
      const result = { _id: id, ...replacement }
      return identical(doc, result) ? doc : result
    },
  }
}

const isPipeline = (update: Doc | readonly unknown[]): update is readonly unknown[] => Array.isArray(update)

const updateStages = new Set(['$addFields', '$set', '$project', '$unset', '$replaceRoot', '$replaceWith'])

const compilePipeline = (pipeline: readonly unknown[], { arrayFilters = [] }: CompileOptions): Updater => {
  if (arrayFilters.length > 0) {
    throw new CommandError('FailedToParse', 'arrayFilters may not be specified for pipeline-syle updates')
  }
  // MongoDB reads the pipeline of an update and does not optimise it: what is wrong in a constant is so once there is a
  // document (mongo/db/update/pipeline_executor.cpp).
  const stages = pipeline.map((stage) => compileStage(stage, false))
  const other = stages.find(({ name }) => !updateStages.has(name))
  if (other) throw new CommandError('InvalidOptions', `${other.name} is not allowed to be used within an update`)
  return {
    isReplacement: false,
    needsPosition: false,
    apply: (doc) => {
      const [changed = doc] = stages.reduce<Doc[]>((docs, { run }) => run(docs), [doc])
      const id = fieldOf(doc, '_id')
      const result = id === MISSING || Object.hasOwn(changed, '_id') ? changed : { _id: id, ...changed }
      refuseChangedId(doc, result)
      return identical(doc, result) ? doc : result
    },
  }
}

/** What an upsert makes begins with its `_id`, wherever that came from. */
const idFirst = (updater: Updater): Updater => ({
  ...updater,
  apply: (doc, options) => {
    const result = updater.apply(doc, options)
    return options.isInsert ? withIdFirst(result) : result
  },
})

const compile = (update: Doc | readonly unknown[], options: CompileOptions): Updater => {
  if (isPipeline(update)) return compilePipeline(update, options)
  const [first] = Object.keys(update)
  if (first?.startsWith('$')) return compileModifiers(update, options)
  if (options.arrayFilters && options.arrayFilters.length > 0) {
    throw new CommandError('FailedToParse', 'arrayFilters may not be specified for replacement-style updates')
  }
  return compileReplacement(update)
}

/**
 * Compiles an update by operators, by replacement or by a pipeline.
 * @throws CommandError with MongoDB's code for updates that are wrong whatever the document
 */
export const compileUpdate = (update: Doc | readonly unknown[], options: CompileOptions = {}): Updater =>
  idFirst(compile(update, options))
