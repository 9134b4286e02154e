/** Filters with every operator that the engine claims. */
import { BSONRegExp, type Document, EJSON, Int32 } from 'bson'
import fc from 'fast-check'
import { anyNumber, field, flatDocument, path, scalar, smallNumber, value } from './values.ts'

const one = (operator: string, argument: fc.Arbitrary<unknown>): fc.Arbitrary<Document> =>
  argument.map((given) => ({ [operator]: given }))

const few = (element: fc.Arbitrary<unknown>, minLength = 1): fc.Arbitrary<unknown[]> =>
  fc.array(element, { minLength, maxLength: 3 })

const comparison = fc
  .tuple(fc.constantFrom('$eq', '$ne', '$gt', '$gte', '$lt', '$lte'), fc.oneof(scalar, value))
  .map(([operator, bound]) => ({ [operator]: bound }))

const regex = fc.constantFrom(
  new BSONRegExp('a', ''),
  new BSONRegExp('^a', ''),
  new BSONRegExp('B', 'i'),
  new BSONRegExp('b$', 'm'),
  new BSONRegExp('a.b', 's'),
  new BSONRegExp('é', 'i'),
)

const typeName = fc.constantFrom<unknown>(
  ...['number', 'int', 'long', 'double', 'decimal', 'string', 'object', 'array', 'null', 'bool', 'date', 'regex'],
  ...[-1, 1, 2, 3, 4, 10, 16, 127].map((code) => new Int32(code)),
)

const simpleOperator: fc.Arbitrary<Document> = fc.oneof(
  { weight: 6, arbitrary: comparison },
  { weight: 2, arbitrary: one('$in', few(fc.oneof(value, regex), 0)) },
  { weight: 2, arbitrary: one('$nin', few(fc.oneof(value, regex), 0)) },
  { weight: 2, arbitrary: one('$exists', fc.constantFrom<unknown>(true, false, new Int32(0), new Int32(1), null)) },
  { weight: 1, arbitrary: one('$type', fc.oneof(typeName, few(typeName))) },
  {
    weight: 1,
    arbitrary: one(
      '$size',
      fc.constantFrom(0, 1, 2).map((size) => new Int32(size)),
    ),
  },
  { weight: 1, arbitrary: one('$all', few(value, 0)) },
  {
    weight: 1,
    arbitrary: one(
      '$mod',
      fc.tuple(
        fc.constantFrom(2, 3, -2).map((by) => new Int32(by)),
        smallNumber,
      ),
    ),
  },
  { weight: 1, arbitrary: one('$regex', fc.oneof(regex, fc.constantFrom('a', '^b', 'a|b', '[^a]', '\\w', '.'))) },
)

/** `{ $gt: 1, $lt: 3 }`: one condition or more on a value. */
const operators: fc.Arbitrary<Document> = fc.oneof(
  { weight: 4, arbitrary: simpleOperator },
  { weight: 1, arbitrary: fc.tuple(simpleOperator, simpleOperator).map(([left, right]) => ({ ...left, ...right })) },
)

const elementMatch: fc.Arbitrary<Document> = one(
  '$elemMatch',
  fc.oneof(
    operators,
    fc.dictionary(field, fc.oneof(scalar, operators), { minKeys: 1, maxKeys: 2 }).map((spec) => ({ ...spec })),
  ),
)

const condition: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: value },
  { weight: 8, arbitrary: operators },
  { weight: 1, arbitrary: one('$not', fc.oneof(operators, regex)) },
  { weight: 2, arbitrary: elementMatch },
  { weight: 1, arbitrary: one('$all', few(elementMatch)) },
  { weight: 1, arbitrary: regex },
)

const operand: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom('$a', '$b', '$a.b', '$_id', '$nothing'),
  anyNumber,
  fc.constantFrom<unknown>(null, true),
)

const expression: fc.Arbitrary<Document> = fc
  .tuple(fc.constantFrom('$eq', '$ne', '$gt', '$gte', '$lt', '$lte'), operand, operand)
  .map(([operator, left, right]) => ({ $expr: { [operator]: [left, right] } }))

const onField: fc.Arbitrary<Document> = fc.tuple(path, condition).map(([name, wanted]) => ({ [name]: wanted }))

const onFields: fc.Arbitrary<Document> = fc.oneof(
  { weight: 5, arbitrary: onField },
  { weight: 1, arbitrary: fc.tuple(onField, onField).map(([left, right]) => ({ ...left, ...right })) },
)

export const filter: fc.Arbitrary<Document> = fc.oneof(
  { weight: 8, arbitrary: onFields },
  { weight: 3, arbitrary: fc.constant<Document>({}) },
  { weight: 3, arbitrary: fc.constantFrom(1, 2, 3).map((number): Document => ({ _id: new Int32(number) })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('$and', '$or', '$nor'), fc.array(onFields, { minLength: 1, maxLength: 3 }))
      .map(([operator, parts]) => ({ [operator]: parts })),
  },
  { weight: 1, arbitrary: expression },
)

/** For upserts: SecantusDB also puts regular expressions and `$elemMatch` into what it makes, for which it is not asked. */
export const upsertFilter: fc.Arbitrary<Document> = filter.filter(
  (given) => !/\$elemMatch|\$regularExpression/.test(EJSON.stringify(given)),
)

/** What `$pull` takes: a value, conditions on the elements, or a filter of elements that are documents. */
export const elementCondition: fc.Arbitrary<unknown> = fc.oneof(
  scalar,
  value,
  operators,
  flatDocument,
  fc.tuple(field, operators).map(([name, wanted]) => ({ [name]: wanted })),
  elementMatch,
  regex,
)

/** One filter of `arrayFilters`, on elements or on their fields. */
export const elementFilter = (identifier: string): fc.Arbitrary<Document> =>
  fc.oneof(
    fc.oneof(scalar, operators).map((wanted) => ({ [identifier]: wanted })),
    fc.tuple(field, fc.oneof(scalar, operators)).map(([name, wanted]) => ({ [`${identifier}.${name}`]: wanted })),
  )
