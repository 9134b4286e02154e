/** Pipelines with every stage, accumulator and expression that the engine claims. */
import { type Document, Int32 } from 'bson'
import fc from 'fast-check'
import { filter } from './filters.ts'
import { anyNumber, field, path, scalar, text } from './values.ts'

const direction = fc.constantFrom(1, -1).map((by) => new Int32(by))
const few = (element: fc.Arbitrary<unknown>, least: number, most: number): fc.Arbitrary<unknown[]> =>
  fc.array(element, { minLength: least, maxLength: most })

const reference = fc.constantFrom('$a', '$b', '$c', '$a.b', '$b.a', '$_id', '$nothing', '$$ROOT.a', '$a.b.c')

const operand: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: reference },
  { weight: 2, arbitrary: anyNumber },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, true, false, '$$REMOVE') },
  { weight: 1, arbitrary: scalar.map((given) => ({ $literal: given })) },
)

const applied = (operators: readonly string[], least: number, most = least): fc.Arbitrary<Document> =>
  fc.tuple(fc.constantFrom(...operators), few(operand, least, most)).map(([name, given]) => ({ [name]: given }))

const simpleExpression: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: operand },
  { weight: 3, arbitrary: applied(['$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$cmp'], 2) },
  { weight: 2, arbitrary: applied(['$and', '$or'], 0, 3) },
  { weight: 1, arbitrary: applied(['$not', '$isArray', '$type', '$size', '$first', '$last'], 1) },
  { weight: 1, arbitrary: applied(['$ifNull'], 2, 3) },
  { weight: 2, arbitrary: applied(['$add', '$multiply', '$concatArrays'], 1, 3) },
  { weight: 1, arbitrary: applied(['$subtract', '$in'], 2) },
  { weight: 1, arbitrary: fc.tuple(reference, direction).map((given) => ({ $arrayElemAt: given })) },
  {
    weight: 1,
    arbitrary: few(
      text.map((given) => ({ $literal: given })),
      1,
      3,
    ).map((given) => ({ $concat: given })),
  },
)

const expression: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 5, arbitrary: simpleExpression },
  { weight: 1, arbitrary: fc.tuple(simpleExpression, operand, operand).map((given) => ({ $cond: given })) },
  { weight: 1, arbitrary: few(simpleExpression, 0, 2) },
  {
    weight: 1,
    arbitrary: fc.tuple(field, simpleExpression).map(([name, given]) => ({ [name]: given })),
  },
)

const addFields = fc
  .tuple(fc.constantFrom('$addFields', '$set'), path, expression)
  .map(([stage, name, given]) => ({ [stage]: { [name]: given } }))

const unset = fc.oneof(path, few(field, 1, 1)).map((given) => ({ $unset: given }))
const replaceWith = fc.constantFrom('$a', '$b', '$$ROOT').map((given) => ({ $replaceWith: { $ifNull: [given, {}] } }))

/** Of a pipeline or of a find: fields to keep or to leave out. */
export const projection: fc.Arbitrary<Document> = fc
  .tuple(
    fc.boolean(),
    fc.uniqueArray(path, { minLength: 1, maxLength: 2 }),
    fc.constantFrom<unknown>(undefined, true, false),
  )
  .map(([isKept, names, id]) => ({
    ...Object.fromEntries(names.map((name) => [name, isKept])),
    ...(id !== undefined && { _id: id }),
  }))

const computedProjection = fc
  .tuple(field, expression, fc.constantFrom<Document>({}, { _id: false }, { c: true }))
  .map(([name, given, rest]) => ({ $project: { ...rest, [name]: given } }))

const unwind = fc
  .tuple(fc.constantFrom('$a', '$b', '$a.b'), fc.boolean(), fc.constantFrom(undefined, 'i', 'a.i'))
  .map(([from, keepsEmpty, index]) => ({
    $unwind: {
      path: from,
      ...(keepsEmpty && { preserveNullAndEmptyArrays: true }),
      ...(index !== undefined && { includeArrayIndex: index }),
    },
  }))

const accumulator: fc.Arbitrary<Document> = fc.oneof(
  fc
    .tuple(fc.constantFrom('$sum', '$avg', '$min', '$max', '$first', '$last', '$push', '$addToSet'), operand)
    .map(([name, given]) => ({ [name]: given })),
  fc.constant({ $count: {} }),
)

const group = fc
  .tuple(fc.oneof(operand, fc.constant({ x: '$a', y: '$b' })), accumulator)
  .map(([id, result]) => ({ $group: { _id: id, result } }))

/** Whatever order there is, the ids make it a whole one. */
export const wholeSort: fc.Arbitrary<Document> = fc
  .uniqueArray(fc.tuple(path, direction), { maxLength: 2, selector: ([name]) => name })
  .map((keys) => ({ ...Object.fromEntries(keys), _id: new Int32(1) }))

const match = filter.map((given) => ({ $match: given }))
const cut = fc.constantFrom(1, 2).chain((size) => fc.constantFrom({ $limit: size }, { $skip: size }))

const start: fc.Arbitrary<Document[]> = fc.oneof(
  fc.constant<Document[]>([]),
  match.map((stage) => [stage]),
  wholeSort.map((sort) => [{ $sort: sort }]),
  fc.tuple(match, wholeSort, cut).map(([stage, sort, few]) => [stage, { $sort: sort }, few]),
)

const middle: fc.Arbitrary<Document> = fc.oneof(
  match,
  addFields,
  unset,
  projection.map((given) => ({ $project: given })),
  computedProjection,
  unwind,
  replaceWith,
)

const ending: fc.Arbitrary<Document[]> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Document[]>([]) },
  { weight: 3, arbitrary: group.map((stage) => [stage]) },
  { weight: 1, arbitrary: fc.constantFrom('n', 'a').map((name) => [{ $count: name }]) },
  { weight: 1, arbitrary: operand.map((given) => [{ $sortByCount: given }]) },
)

export const pipeline: fc.Arbitrary<Document[]> = fc
  .tuple(start, fc.array(middle, { maxLength: 2 }), ending)
  .map(([first, then, last]) => [...first, ...then, ...last])

/** What an update may use; it leaves the ids as they are. */
export const updateStages: fc.Arbitrary<Document[]> = fc.array(
  fc.oneof({ weight: 4, arbitrary: addFields }, { weight: 1, arbitrary: unset }),
  { minLength: 1, maxLength: 2 },
)
