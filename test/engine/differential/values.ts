/**
 * Values and documents that a database may see differently from another: numbers of four types, null and nothing, arrays
 * in arrays, names with points. Drawn from short lists, so that filters find something and values collide.
 */
import {
  Binary,
  BSONRegExp,
  Decimal128,
  type Document,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson'
import fc from 'fast-check'

/** Begins every id that a case brings itself; others were made by a server. */
export const knownIdPrefix = '65000000'

const id = (last: number): ObjectId => new ObjectId(`${knownIdPrefix}0000000000000000`.slice(0, 23) + last)
const decimals = (...texts: readonly string[]): Decimal128[] => texts.map((text) => Decimal128.fromString(text))
const doubles = (...values: readonly number[]): Double[] => values.map((value) => new Double(value))
const longs = (...texts: readonly string[]): Long[] => texts.map((text) => Long.fromString(text))

export const smallNumber: fc.Arbitrary<unknown> = fc.constantFrom(
  ...[0, 1, 2, 3, -1, 5].map((value) => new Int32(value)),
  ...longs('1', '2'),
  ...doubles(1, 0.5, 2.5, -1),
  ...decimals('1', '0.5', '2.0'),
)

const oddNumber = fc.constantFrom(
  ...longs('9007199254740993', '9223372036854775807', '-9223372036854775808', '0'),
  ...doubles(Number.NaN, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 53, 1e300, 0.1, 5e-324),
  ...decimals('NaN', '0.1', '1E+3', '-0', 'Infinity', '9007199254740993', '1.0', '0.30', '-1E-20'),
  new Int32(2147483647),
  new Int32(-2147483648),
)

export const anyNumber: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: smallNumber },
  { weight: 1, arbitrary: oddNumber },
)

export const text = fc.constantFrom('a', 'b', '', 'B', 'ab', 'é', 'e\u0301', '😀', '\uffff', 'a.b', '$a', '1', 'a\nb')

const other = fc.constantFrom<unknown>(
  ...[0, -1, 5, 1_000_000_000_000].map((time) => new Date(time)),
  id(1),
  id(2),
  new Binary(Buffer.from('x')),
  new Binary(Buffer.from('xy')),
  new Binary(Buffer.from('x'), 5),
  new Binary(Buffer.alloc(16, 7), 4),
)

const rare = fc.constantFrom<unknown>(
  new BSONRegExp('a', ''),
  new BSONRegExp('^a', 'i'),
  new Timestamp({ t: 1, i: 1 }),
  new Timestamp({ t: 1, i: 2 }),
  new MinKey(),
  new MaxKey(),
)

/** What may stand in a document. */
export const scalar: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: smallNumber },
  { weight: 3, arbitrary: text },
  { weight: 2, arbitrary: fc.constant<unknown>(null) },
  { weight: 2, arbitrary: oddNumber },
  { weight: 2, arbitrary: fc.boolean() },
  { weight: 2, arbitrary: other },
  { weight: 1, arbitrary: rare },
)

const name = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom('a', 'b', 'c') },
  { weight: 1, arbitrary: fc.constantFrom('é', '0', 'a.b', '$x', '', '__proto__', 'constructor') },
)

const fields = (value: fc.Arbitrary<unknown>, names: fc.Arbitrary<string>, most: number): fc.Arbitrary<Document> =>
  fc
    .uniqueArray(fc.tuple(names, value), { maxLength: most, selector: ([field]) => field })
    .map((entries) => Object.fromEntries(entries))

const nested = (depth: number): fc.Arbitrary<unknown> => {
  if (depth === 0) return scalar
  const inner = nested(depth - 1)
  return fc.oneof(
    { weight: 5, arbitrary: scalar },
    { weight: 3, arbitrary: fc.array(inner, { maxLength: 3 }) },
    { weight: 2, arbitrary: fields(inner, name, 3) },
  )
}

export const value: fc.Arbitrary<unknown> = nested(2)

export const flatDocument: fc.Arbitrary<Document> = fields(scalar, fc.constantFrom('a', 'b', 'c'), 2)

/** Where updates of arrays mostly go. */
const list: fc.Arbitrary<unknown> = fc.array(fc.oneof(scalar, smallNumber, flatDocument), {
  minLength: 1,
  maxLength: 4,
})

/** A document without an `_id`, often with an array `a`. */
export const content: fc.Arbitrary<Document> = fc
  .tuple(fields(value, name, 3), fc.option(list, { nil: undefined }))
  .map(([given, a]) => (a === undefined ? given : { ...given, a }))

/** As `content`, but with names that may begin no operator, since an update would take them for one. */
export const plainContent: fc.Arbitrary<Document> = fields(value, fc.constantFrom('a', 'b', 'c'), 3)

export const field = fc.constantFrom('a', 'b', 'c')

/** Paths through documents and arrays, most of which are there in some document. */
export const path = fc.oneof(
  { weight: 6, arbitrary: field },
  { weight: 3, arbitrary: fc.constantFrom('a.b', 'a.a', 'b.a', 'a.b.c') },
  { weight: 2, arbitrary: fc.constantFrom('a.0', 'a.1', 'b.0', 'a.0.b', 'a.b.0') },
)
