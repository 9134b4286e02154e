import { Binary, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson'
import { expect } from 'chai'
import fc from 'fast-check'
import { allBoundsOf, type Bound, boundsOf, impliesPartial } from '../../packages/embedded-mongo/src/query/bounds.ts'
import { compileFilter } from '../../packages/embedded-mongo/src/query/matcher.ts'
import { compare } from '../../packages/embedded-mongo/src/values/compare.ts'
import { indexTuples } from '../../packages/embedded-mongo/src/values/paths.ts'

const scalars: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  null,
  new Int32(1),
  new Int32(2),
  new Double(2),
  new Double(Number.NaN),
  new Double(Number.POSITIVE_INFINITY),
  new Double(Number.NEGATIVE_INFINITY),
  Long.fromNumber(3),
  Decimal128.fromString('1.5'),
  '',
  'a',
  'b',
  true,
  false,
  new Date(0),
  new Date(5),
  new Timestamp({ t: 0, i: 0 }),
  new Timestamp({ t: 1, i: 1 }),
  new ObjectId('0'.repeat(24)),
  new ObjectId('f'.repeat(24)),
  new Binary(Buffer.from(''), 0),
  new Binary(Buffer.from('xy'), 4),
  new MinKey(),
  new MaxKey(),
)
const elements = fc.oneof(
  scalars,
  fc.dictionary(fc.constantFrom('b', 'c'), scalars, { maxKeys: 2 }),
  fc.array(scalars, { maxLength: 2 }),
)
const values = fc.oneof(
  { weight: 2, arbitrary: scalars },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('b', 'c'), elements, { maxKeys: 2 }) },
  { weight: 2, arbitrary: fc.array(elements, { maxLength: 3 }) },
)
const docs = fc.dictionary(fc.constantFrom('a', 'x'), values, { maxKeys: 2 })
const paths = fc.constantFrom('a', 'a.b')
const comparisons = fc
  .tuple(fc.constantFrom('$eq', '$gt', '$gte', '$lt', '$lte'), values)
  .map(([operator, value]) => ({ [operator]: value }))
const conditions = fc.oneof(
  values,
  comparisons,
  fc.tuple(comparisons, comparisons).map(([a, b]) => ({ ...a, ...b })),
  fc.array(values, { maxLength: 3 }).map((list) => ({ $in: list })),
  fc.array(values, { minLength: 1, maxLength: 2 }).map((list) => ({ $all: list })),
  fc.constantFrom({ $exists: true }, { $exists: false }, { $type: 'string' }, { $type: 'number' }, { $type: 'null' }),
)

const isWithin = (value: unknown, { min, max, equals }: Bound): boolean => {
  if (equals) return equals.some((expected) => compare(value, expected) === 0)
  const below = min ? compare(min.value, value) : -1
  const above = max ? compare(value, max.value) : -1
  return (
    (below < 0 || (below === 0 && min?.inclusive === true)) && (above < 0 || (above === 0 && max?.inclusive === true))
  )
}

describe('an index scan', () => {
  it('within any bound of a filter comes by every document that matches', () => {
    let matched = 0
    fc.assert(
      fc.property(
        paths,
        conditions,
        fc.array(docs, { minLength: 20, maxLength: 40 }),
        (path, condition, candidates) => {
          const filter = { [path]: condition }
          const { matches } = compileFilter(filter)
          const bounds = allBoundsOf(filter, path)
          for (const doc of candidates.filter(matches)) {
            matched += 1
            const entries = indexTuples(doc, [path]).map(([entry]) => entry)
            for (const bound of bounds) expect(entries.some((entry) => isWithin(entry, bound))).to.equal(true)
          }
        },
      ),
      { numRuns: 500 },
    )
    expect(matched).to.be.above(100)
  })

  it('within the intersected bound comes by every document without arrays that matches', () => {
    const flat = fc.dictionary(fc.constantFrom('a', 'x'), scalars, { maxKeys: 2 })
    const ranges = fc.tuple(comparisons, comparisons).map(([a, b]) => ({ $and: [{ a }, { a: b }] }))
    fc.assert(
      fc.property(ranges, fc.array(flat, { minLength: 20, maxLength: 40 }), (filter, candidates) => {
        const bound = boundsOf(filter, 'a', { isMultikey: false })
        if (!bound) return
        for (const doc of candidates.filter(compileFilter(filter).matches)) {
          expect(indexTuples(doc, ['a']).some(([entry]) => isWithin(entry, bound))).to.equal(true)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('of a partial index is only taken when the index holds every document that matches', () => {
    let implied = 0
    fc.assert(
      fc.property(
        conditions,
        conditions,
        fc.array(docs, { minLength: 20, maxLength: 40 }),
        (wanted, given, candidates) => {
          const [filter, partial] = [{ a: given }, { a: wanted }]
          if (!impliesPartial(filter, partial)) return
          implied += 1
          const isIndexed = compileFilter(partial).matches
          for (const doc of candidates.filter(compileFilter(filter).matches)) expect(isIndexed(doc)).to.equal(true)
        },
      ),
      { numRuns: 2000 },
    )
    expect(implied).to.be.above(5)
  })
})
