import { Int32, Long } from 'bson'
import { CommandError, searchNotEnabled } from '../errors.ts'
import { typeName } from '../values/compare.ts'
import { type Copies, type Doc, fieldOf, isDoc, MISSING, removeField, setField } from '../values/doc.ts'
import { isNumber, numericOf } from '../values/numbers.ts'
import { show } from '../values/show.ts'
import { compileGroup } from './accumulators.ts'
import { compileExpression } from './expressions.ts'
import { compileFilter } from './matcher.ts'
import type { Expression } from './operators.ts'
import { compileProjection } from './projection.ts'
import { compileSort } from './sort.ts'

/** A compiled stage of a pipeline. It leaves the documents it is given as they are. */
export type Stage = (docs: Doc[]) => Doc[]

type Compile = (spec: unknown, folds: boolean, name: string) => Stage

const compileMatch = (filter: unknown): Stage => {
  if (!isDoc(filter)) throw new CommandError('Location15959', 'the match filter must be an expression in an object')
  const { matches } = compileFilter(filter)
  return (docs) => docs.filter(matches)
}

const compileSortStage = (sort: unknown): Stage => {
  if (!isDoc(sort)) throw new CommandError('Location15973', 'the $sort key specification must be an object')
  if (Object.keys(sort).length === 0) {
    throw new CommandError('Location15976', '$sort stage must have at least one sort key')
  }
  const compareDocs = compileSort(sort)
  return (docs) => docs.toSorted(compareDocs)
}

const countOf = (value: unknown, stage: string): number => {
  const count = isNumber(value) ? numericOf(value) : undefined
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0) return count
  throw new CommandError(
    'Location5107200',
    `invalid argument to ${stage} stage: Expected a non-negative number in: ${stage}: ${show(value)}`,
  )
}

const compileLimit = (value: unknown): Stage => {
  const limit = countOf(value, '$limit')
  if (limit === 0) throw new CommandError('Location15958', 'the limit must be positive')
  return (docs) => docs.slice(0, limit)
}

const compileSkip = (value: unknown): Stage => {
  const skip = countOf(value, '$skip')
  return (docs) => docs.slice(skip)
}

const compileCount = (name: unknown): Stage => {
  if (typeof name !== 'string' || name === '') {
    throw new CommandError('Location40156', 'the count field must be a non-empty string')
  }
  if (name.startsWith('$')) throw new CommandError('Location40158', 'the count field cannot be a $-prefixed path')
  if (name.includes('.')) throw new CommandError('Location40160', "the count field cannot contain '.'")
  return (docs) => (docs.length === 0 ? [] : [{ [name]: new Int32(docs.length) }])
}

type Assignment = { readonly parts: readonly string[]; readonly evaluate: Expression }

const isExpressionDoc = (value: unknown): boolean =>
  isDoc(value) && Object.keys(value).some((name) => name.startsWith('$'))

/** Fields and embedded fields to be computed, as paths. */
const assignmentsOf = (spec: Doc, above: readonly string[], folds: boolean): Assignment[] =>
  Object.entries(spec).flatMap(([name, value]): Assignment[] => {
    const parts = [...above, ...name.split('.')]
    if (parts.some((part) => part === '' || part.startsWith('$'))) {
      throw new CommandError(
        'Location16410',
        "FieldPath field names may not start with '$'. Consider using $getField or $setField.",
      )
    }
    if (isDoc(value) && !isExpressionDoc(value)) {
      if (Object.keys(value).length === 0) return [{ parts, evaluate: () => ({}) }]
      return assignmentsOf(value, parts, folds)
    }
    return [{ parts, evaluate: compileExpression(value, folds) }]
  })

const assign = (target: unknown, parts: readonly string[], value: unknown, copies: Copies, depth = 0): unknown => {
  const name = parts[depth]
  if (name === undefined) return value
  if (Array.isArray(target)) return target.map((element) => assign(element, parts, value, copies, depth))
  const holder = isDoc(target) ? target : {}
  const assigned = assign(fieldOf(holder, name), parts, value, copies, depth + 1)
  return assigned === MISSING ? removeField(holder, name, copies) : setField(holder, name, assigned, copies)
}

const assignAll = (target: Doc, source: Doc, assignments: readonly Assignment[]): Doc => {
  const copies: Copies = new Set()
  let result: unknown = target
  for (const { parts, evaluate } of assignments) result = assign(result, parts, evaluate(source), copies)
  return isDoc(result) ? result : target
}

const compileAddFields: Compile = (spec, folds, stage) => {
  if (!isDoc(spec)) {
    throw new CommandError('Location40272', `${stage} specification stage must be an object, got ${typeName(spec)}`)
  }
  const assignments = assignmentsOf(spec, [], folds)
  return (docs) => docs.map((doc) => assignAll(doc, doc, assignments))
}

const compileUnset = (spec: unknown): Stage => {
  const paths: readonly unknown[] = Array.isArray(spec) ? spec : [spec]
  if (paths.length === 0) {
    throw new CommandError('Location31119', '$unset specification must be a string or an array with at least one field')
  }
  const names = paths.map((path) => {
    if (typeof path === 'string' && path !== '') return path
    throw new CommandError(
      'Location31120',
      '$unset specification must be a string or an array containing only string values',
    )
  })
  const project = compileProjection(Object.fromEntries(names.map((name) => [name, false])))
  return (docs) => docs.map(project)
}

const isPlainProjection = (value: unknown): boolean =>
  typeof value === 'boolean' ||
  isNumber(value) ||
  (isDoc(value) && !isExpressionDoc(value) && Object.values(value).every(isPlainProjection))

const compileProjectStage: Compile = (spec, folds) => {
  if (!isDoc(spec)) throw new CommandError('Location15969', '$project specification must be an object')
  const entries = Object.entries(spec)
  if (entries.length === 0) {
    throw new CommandError(
      'Location51272',
      'Invalid $project :: caused by :: projection specification must have at least one field',
    )
  }
  const computed = entries.filter(([, value]) => !isPlainProjection(value))
  const plain = entries.filter(([, value]) => isPlainProjection(value))
  const mixed = computed.find(([, value]) => isDoc(value) && !isExpressionDoc(value))
  if (mixed && Object.values(mixed[1] as Doc).some(isPlainProjection)) {
    throw new CommandError(
      'NotImplemented',
      'A $project that mixes computed and plain embedded fields is not supported by the embedded engine',
    )
  }
  if (computed.length === 0) {
    const project = compileProjection(spec)
    return (docs) => docs.map(project)
  }
  const ownId = computed.find(([name]) => name === '_id')
  const own = compileProjection(Object.fromEntries([...plain, ...(ownId ? [['_id', false]] : [])]), { includes: true })
  const assignments = assignmentsOf(Object.fromEntries(computed), [], folds)
  return (docs) =>
    docs.map((doc) => {
      // A computed _id comes first too, as every _id does.
      const start: Doc = ownId ? { _id: null, ...own(doc) } : own(doc)
      return assignAll(start, doc, assignments)
    })
}

const compileReplaceRoot: Compile = (spec, folds) => {
  const evaluate = compileExpression(spec, folds)
  return (docs) =>
    docs.map((doc) => {
      const root = evaluate(doc)
      if (isDoc(root)) return root
      throw new CommandError(
        'Location40228',
        `'newRoot' expression must evaluate to an object, but resulting value was: ${show(root)}. Type of resulting value: '${typeName(root)}'.`,
      )
    })
}

const newRootOf = (spec: unknown): unknown => {
  if (isDoc(spec) && Object.hasOwn(spec, 'newRoot') && Object.keys(spec).length === 1) return spec.newRoot
  throw new CommandError('Location40231', 'no newRoot specified for the $replaceRoot stage')
}

type Unwind = { readonly path: string; readonly keepsEmpty: boolean; readonly indexField: string | undefined }

const parseUnwind = (spec: unknown): Unwind => {
  const fields: Doc = isDoc(spec) ? spec : { path: spec }
  const { path, includeArrayIndex: indexField, preserveNullAndEmptyArrays: keepsEmpty = false } = fields
  const other = Object.keys(fields).find(
    (name) => !['path', 'includeArrayIndex', 'preserveNullAndEmptyArrays'].includes(name),
  )
  if (other) throw new CommandError('Location28811', `unrecognized option to $unwind stage: ${other}`)
  if (typeof path !== 'string') {
    throw new CommandError('Location28808', `expected a string as the path for $unwind stage, got ${typeName(path)}`)
  }
  if (!path.startsWith('$')) {
    throw new CommandError('Location28818', `path option to $unwind stage should be prefixed with a '$': ${path}`)
  }
  if (typeof keepsEmpty !== 'boolean') {
    throw new CommandError(
      'Location28809',
      `expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage, got ${typeName(keepsEmpty)}`,
    )
  }
  if (indexField !== undefined && (typeof indexField !== 'string' || indexField === '' || indexField.startsWith('$'))) {
    throw new CommandError(
      'Location28810',
      'expected a non-empty string for the includeArrayIndex option to $unwind stage',
    )
  }
  return { path: path.slice(1), keepsEmpty, indexField }
}

const compileUnwind = (spec: unknown): Stage => {
  const { path, keepsEmpty, indexField } = parseUnwind(spec)
  const parts = path.split('.')
  const valueIn = (doc: Doc): unknown =>
    parts.reduce<unknown>((value, name) => (isDoc(value) ? fieldOf(value, name) : MISSING), doc)
  const withIndex = (doc: Doc, index: unknown): Doc =>
    indexField === undefined ? doc : assignAll(doc, doc, [{ parts: indexField.split('.'), evaluate: () => index }])
  const unwind = (doc: Doc): Doc[] => {
    const value = valueIn(doc)
    if (Array.isArray(value) && value.length > 0) {
      return value.map((element: unknown, index) =>
        withIndex(assignAll(doc, doc, [{ parts, evaluate: () => element }]), Long.fromNumber(index)),
      )
    }
    if (value === null || value === undefined || value === MISSING) return keepsEmpty ? [withIndex(doc, null)] : []
    if (!Array.isArray(value)) return [withIndex(doc, null)]
    return keepsEmpty ? [withIndex(assignAll(doc, doc, [{ parts, evaluate: () => MISSING }]), null)] : []
  }
  return (docs) => docs.flatMap(unwind)
}

const compileSortByCount = (spec: unknown): Stage => {
  if (isDoc(spec) && !Object.keys(spec)[0]?.startsWith('$')) {
    throw new CommandError(
      'Location40147',
      'the sortByCount field must be a $-prefixed path or an expression in an object',
    )
  }
  if (typeof spec === 'string' && !spec.startsWith('$')) {
    throw new CommandError('Location40148', 'the sortByCount field must be a $-prefixed path')
  }
  if (typeof spec !== 'string' && !isDoc(spec)) {
    throw new CommandError('Location40149', 'the sortByCount field must be specified as a string or as an object')
  }
  const group = compileGroup({ _id: spec, count: { $sum: new Int32(1) } })
  const sort = compileSort({ count: -1 })
  return (docs) => group(docs).sort(sort)
}

const stages: Readonly<Record<string, Compile>> = {
  $match: compileMatch,
  $sort: compileSortStage,
  $skip: compileSkip,
  $limit: compileLimit,
  $count: compileCount,
  $project: compileProjectStage,
  $addFields: compileAddFields,
  $set: compileAddFields,
  $unset: compileUnset,
  $replaceRoot: (spec, folds, name) => compileReplaceRoot(newRootOf(spec), folds, name),
  $replaceWith: compileReplaceRoot,
  $unwind: compileUnwind,
  $group: (spec) => compileGroup(spec),
  $sortByCount: compileSortByCount,
  $listSearchIndexes: () => {
    throw searchNotEnabled()
  },
}

/**
 * Whether its expressions fold is for the stages that updates have; the others do.
 * @throws Location40324 for stages that the engine does not have
 */
export const compileStage = (stage: unknown, folds = true): { readonly name: string; readonly run: Stage } => {
  const [name, ...others] = isDoc(stage) ? Object.keys(stage) : []
  if (!isDoc(stage) || name === undefined || others.length > 0) {
    throw new CommandError('Location40323', 'A pipeline stage specification object must contain exactly one field.')
  }
  const compile = Object.hasOwn(stages, name) ? stages[name] : undefined
  if (!compile) throw new CommandError('Location40324', `Unrecognized pipeline stage name: '${name}'`)
  return { name, run: compile(stage[name], folds, name) }
}
