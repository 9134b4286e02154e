/** Updates with every operator that the engine claims; some are mistakes, whose errors are compared too. */
import { type Document, EJSON, Int32, Long } from 'bson'
import fc from 'fast-check'
import { elementCondition, elementFilter } from './filters.ts'
import { updateStages } from './pipelines.ts'
import { anyNumber, field, path, plainContent, scalar, smallNumber, value } from './values.ts'

export interface Update {
  readonly u: unknown
  readonly arrayFilters?: readonly Document[]
}

const each = fc.array(value, { maxLength: 3 })
const end = fc.constantFrom(1, -1).map((direction) => new Int32(direction))
const whole = fc.constantFrom(0, 1, 2, -1, -2).map((number) => new Int32(number))
const bits = fc.constantFrom<unknown>(new Int32(1), new Int32(6), new Int32(-1), Long.fromString('4294967296'))

const pushed: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 1, arbitrary: value },
  {
    weight: 2,
    arbitrary: fc.record(
      {
        $each: each,
        $position: whole,
        $slice: whole,
        $sort: fc.oneof<fc.Arbitrary<unknown>[]>(
          end,
          fc.tuple(field, end).map(([name, by]) => ({ [name]: by })),
        ),
      },
      { requiredKeys: ['$each'] },
    ),
  },
)

const bitwise = fc.tuple(fc.constantFrom('and', 'or', 'xor'), bits).map(([operation, by]) => ({ [operation]: by }))

/** By operator, with an argument that suits it. */
const argumentOf = {
  $set: value,
  $setOnInsert: value,
  $unset: fc.constant<unknown>(''),
  $inc: anyNumber,
  $mul: anyNumber,
  $min: value,
  $max: value,
  $rename: fc.constantFrom<unknown>('c', 'd', 'b.a', 'a.c'),
  $push: pushed,
  $addToSet: fc.oneof(
    value,
    each.map((values) => ({ $each: values })),
  ),
  $pop: end,
  $pull: elementCondition,
  $pullAll: each,
  $bit: bitwise,
  $currentDate: fc.constantFrom<unknown>(true, { $type: 'date' }, { $type: 'timestamp' }),
} satisfies Record<string, fc.Arbitrary<unknown>>

type Operator = keyof typeof argumentOf
const names = Object.keys(argumentOf) as Operator[]

const withOperator = (paths: fc.Arbitrary<string>): fc.Arbitrary<Document> =>
  fc
    .constantFrom(...names)
    .chain((operator) => fc.tuple(fc.constant(operator), paths, argumentOf[operator]))
    .map(([operator, place, argument]) => ({ [operator]: { [place]: argument } }))

const merged = (left: Document, right: Document): Document => {
  const both = { ...left, ...right }
  for (const operator of Object.keys(left))
    if (operator in right) both[operator] = { ...left[operator], ...right[operator] }
  return both
}

/** Mostly where documents have arrays. */
const place = fc.oneof(fc.constant('a'), path)

const byOperators: fc.Arbitrary<Update> = fc.oneof(
  { weight: 3, arbitrary: withOperator(place).map((u) => ({ u })) },
  { weight: 1, arbitrary: fc.tuple(withOperator(place), withOperator(place)).map(([a, b]) => ({ u: merged(a, b) })) },
)

const selected = fc
  .tuple(withOperator(fc.constantFrom('a.$[x]', 'a.$[x].b', 'a.b.$[x]', 'a.$[x].c')), elementFilter('x'))
  .map(([u, filter]): Update => ({ u, arrayFilters: [filter] }))

const inAllElements = withOperator(fc.constantFrom('a.$[]', 'a.$[].b', 'b.$[]')).map((u): Update => ({ u }))

/** For filters that look into `a`; where they do not, that is an error to agree on. */
const positional = withOperator(fc.constantFrom('a.$', 'a.$.b')).map((u): Update => ({ u }))

/** What is wrong in each is wrong whatever the document. */
const mistaken: readonly Document[] = [
  { $inc: { a: 'x' } },
  { $set: { a: new Int32(1), 'a.b': new Int32(2) } },
  { $set: { _id: new Int32(99) } },
  { $nothing: { a: new Int32(1) } },
  { $pop: { a: new Int32(2) } },
  { $pullAll: { a: new Int32(1) } },
  { $push: { a: { $each: new Int32(1) } } },
  { $addToSet: { a: { $each: new Int32(1) } } },
  { $bit: { a: { and: 'x' } } },
  { $bit: { a: {} } },
  { $currentDate: { a: 'x' } },
  { $rename: { a: 'a' } },
  { $rename: { a: new Int32(1) } },
  { $set: { 'a..b': new Int32(1) } },
  { $set: { '': new Int32(1) } },
  { $set: { $x: new Int32(1) } },
  { $set: new Int32(1) },
  { $set: { 'a.$[y]': new Int32(1) } },
  { $push: { a: { $each: [], $slice: 'x' } } },
  { $push: { a: { $each: [], $sort: new Int32(2) } } },
  { $push: { a: { $each: [], $nothing: new Int32(1) } } },
  { $mul: { a: true } },
]

/** The same as they stand in a command. */
export const mistakes = mistaken.map((u) => EJSON.stringify(u, { relaxed: false }))

const replacement = plainContent.map((u): Update => ({ u }))

/** One update of any kind; `isMulti` leaves out what only one document can take. */
export const update = (isMulti: boolean): fc.Arbitrary<Update> =>
  fc.oneof(
    { weight: 12, arbitrary: byOperators },
    { weight: 2, arbitrary: selected },
    { weight: 1, arbitrary: inAllElements },
    { weight: 1, arbitrary: positional },
    { weight: 1, arbitrary: fc.constantFrom(...mistaken).map((u): Update => ({ u })) },
    { weight: 1, arbitrary: updateStages.map((u): Update => ({ u })) },
    ...(isMulti ? [] : [{ weight: 1, arbitrary: replacement }]),
  )

/** A small change of a field, for unique indexes and transactions. */
export const smallUpdate: fc.Arbitrary<Document> = fc.oneof(
  fc.tuple(field, scalar).map(([name, to]) => ({ $set: { [name]: to } })),
  fc.tuple(field, smallNumber).map(([name, by]) => ({ $inc: { [name]: by } })),
  fc.tuple(field, scalar).map(([name, added]) => ({ $push: { [name]: added } })),
  field.map((name) => ({ $unset: { [name]: '' } })),
)
