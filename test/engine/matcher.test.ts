import { BSONRegExp, Decimal128, Double, Long, MaxKey, MinKey, ObjectId, serialize } from 'bson'
import { expect } from 'chai'
import { allBoundsOf, boundsOf, impliesPartial } from '../../packages/embedded-mongo/src/query/bounds.ts'
import { compileFilter } from '../../packages/embedded-mongo/src/query/matcher.ts'
import { decode } from '../../packages/embedded-mongo/src/values/codec.ts'

type Doc = Record<string, unknown>

/** As a document arrives over the wire. */
const wire = (doc: Doc): Doc => decode(serialize(doc, { ignoreUndefined: false }))

const id = new ObjectId('650000000000000000000001')
const nan = Number.NaN

type Case = readonly [filter: Doc, matching: readonly Doc[], others: readonly Doc[]]

const tables: Record<string, readonly Case[]> = {
  'equality matches': [
    [{}, [{}, { a: 1 }], []],
    [{ a: 1 }, [{ a: 1 }, { a: new Double(1) }, { a: Long.fromNumber(1) }, { a: Decimal128.fromString('1.0') }], []],
    [{ a: 1 }, [{ a: [1, 2] }], [{ a: 2 }, { a: '1' }, { a: true }, {}, { a: [[1]] }, { a: { b: 1 } }]],
    [{ a: Long.fromString('9007199254740993') }, [{ a: Decimal128.fromString('9007199254740993') }], [{ a: 2 ** 53 }]],
    [{ a: 0.1 }, [{ a: 0.1 }], [{ a: Decimal128.fromString('0.1') }]],
    [{ a: nan }, [{ a: nan }, { a: Decimal128.fromString('NaN') }], [{ a: 1 }, {}]],
    [{ a: [1, 2] }, [{ a: [1, 2] }, { a: [[1, 2], 3] }], [{ a: [2, 1] }, { a: [1, 2, 3] }, { a: 1 }]],
    [{ a: [] }, [{ a: [] }, { a: [[]] }], [{ a: [1] }, { a: null }, {}]],
    [{ a: { x: 1, y: 2 } }, [{ a: { x: 1, y: 2 } }, { a: [{ x: 1, y: 2 }] }], [{ a: { y: 2, x: 1 } }, { a: { x: 1 } }]],
    [{ a: {} }, [{ a: {} }], [{ a: { b: 1 } }, {}]],
    [{ a: id }, [{ a: new ObjectId(id.id) }], [{ a: id.toHexString() }]],
    [{ a: Buffer.from('x') }, [{ a: Buffer.from('x') }], [{ a: Buffer.from('y') }, { a: 'x' }]],
    [{ a: new Date(5) }, [{ a: new Date(5) }], [{ a: 5 }]],
    [{ a: { $eq: 1, $gt: 0 } }, [{ a: 1 }], [{ a: 2 }]],
    [{ a: { $ref: 'x', $id: 1 } }, [{ a: { $ref: 'x', $id: 1 } }], [{ a: 1 }]],
    [{ constructor: null }, [{}], [{ constructor: 1 }]],
    [{ 'a.b': 1 }, [{ a: { b: 1 } }, { a: [{ b: 2 }, { b: [1] }] }], [{ a: 1 }, { 'a.b': 1 }, { a: [[{ b: 1 }]] }]],
    [{ 'a.0': 1 }, [{ a: [1, 2] }, { a: { 0: 1 } }, { a: [{ 0: 1 }] }], [{ a: [2, 1] }, { a: 1 }, { a: [[1]] }]],
    [{ 'a.1.b': 1 }, [{ a: [0, { b: 1 }] }], [{ a: [{ b: 1 }] }]],
    [{ $comment: 'why', a: 1 }, [{ a: 1 }], [{ a: 2 }]],
  ],
  'null and missing fields match': [
    [{ a: null }, [{}, { a: null }, { a: [null] }], [{ a: 0 }, { a: [] }, { a: '' }, { a: false }]],
    [{ a: { $ne: null } }, [{ a: 0 }, { a: [] }], [{}, { a: null }, { a: [1, null] }]],
    [{ 'a.b': null }, [{}, { a: 1 }, { a: {} }, { a: [{ b: 1 }, {}] }], [{ a: [1, 2] }, { a: [] }, { a: [{ b: 1 }] }]],
    [{ a: { $gte: null } }, [{}, { a: null }], [{ a: 1 }, { a: [] }]],
    [{ a: { $lte: null } }, [{}, { a: null }], [{ a: 1 }]],
    [{ a: { $gt: null } }, [], [{}, { a: null }, { a: 1 }]],
    [{ a: { $in: [null, 2] } }, [{}, { a: 2 }, { a: null }], [{ a: 1 }]],
    [{ a: { $nin: [null] } }, [{ a: 1 }], [{}, { a: null }]],
    [{ a: { $exists: true } }, [{ a: null }, { a: [] }, { a: 0 }], [{}]],
    [{ a: { $exists: false } }, [{}], [{ a: null }]],
    [{ a: { $exists: 0 } }, [{}], [{ a: null }]],
    [{ 'a.b': { $exists: true } }, [{ a: [{ b: 1 }, 2] }], [{ a: [1] }, { a: [] }, {}]],
    [{ 'a.b': { $exists: false } }, [{ a: [1] }, { a: [] }, {}], [{ a: [{ b: 1 }, {}] }]],
  ],
  'comparisons match': [
    [{ a: { $gt: 1 } }, [{ a: 2 }, { a: [0, 2] }, { a: Decimal128.fromString('1.1') }], [{ a: 1 }, { a: '2' }, {}]],
    [{ a: { $gt: 1, $lt: 3 } }, [{ a: 2 }, { a: [0, 4] }], [{ a: 3 }, { a: [5, 6] }]],
    [{ a: { $lt: 5 } }, [{ a: -Infinity }], [{ a: nan }, { a: null }, {}, { a: [] }]],
    [{ a: { $gte: nan } }, [{ a: nan }], [{ a: 1 }]],
    [{ a: { $gt: nan } }, [], [{ a: nan }, { a: 1 }]],
    [{ a: { $lt: 'b' } }, [{ a: 'a' }, { a: '' }], [{ a: 'b' }, { a: 1 }, { a: null }]],
    [{ a: { $lt: '\uffff' } }, [{ a: 'z' }], [{ a: '😀' }]],
    [{ a: { $gte: id } }, [{ a: id }], [{ a: new Date() }]],
    [{ a: { $gt: false } }, [{ a: true }], [{ a: false }, { a: 1 }]],
    [{ a: { $gt: new Date(5) } }, [{ a: new Date(6) }], [{ a: new Date(5) }, { a: 6 }]],
    [{ a: { $gt: { x: 1 } } }, [{ a: { x: 2 } }, { a: { x: 1, y: 0 } }], [{ a: { x: 1 } }, { a: 5 }]],
    [{ a: { $gt: [1] } }, [{ a: [2] }, { a: [1, 0] }, { a: [[3]] }], [{ a: [0, 5] }, { a: 5 }]],
    [{ a: { $gt: new MinKey() } }, [{ a: 1 }, { a: null }, {}], [{ a: new MinKey() }]],
    [{ a: { $lt: new MaxKey() } }, [{ a: 1 }, { a: 'x' }], [{ a: new MaxKey() }]],
    [
      { a: { $gt: Long.fromString('9007199254740992') } },
      [{ a: Long.fromString('9007199254740993') }],
      [{ a: 2 ** 53 }],
    ],
  ],
  'negations match': [
    [{ a: { $ne: 1 } }, [{ a: 2 }, {}, { a: [] }], [{ a: 1 }, { a: [1, 2] }]],
    [{ a: { $nin: [1, 2] } }, [{ a: 3 }, {}], [{ a: 1 }, { a: [3, 2] }]],
    [{ a: { $not: { $gt: 1 } } }, [{ a: 1 }, { a: 'x' }, {}], [{ a: 2 }, { a: [0, 2] }]],
    [{ a: { $not: { $gt: 1, $lt: 3 } } }, [{ a: 3 }, { a: 1 }], [{ a: 2 }]],
    [{ a: { $not: /^x/ } }, [{ a: 'y' }, { a: 1 }, {}], [{ a: 'xy' }]],
    [{ a: { $not: { $ne: 1 } } }, [{ a: 1 }], [{ a: 2 }]],
    [{ 'a.b': { $ne: 1 } }, [{ a: [{ b: 2 }] }], [{ a: [{ b: 2 }, { b: 1 }] }]],
  ],
  'sets and arrays match': [
    [{ a: { $in: [1, 'x', /^y/] } }, [{ a: 1 }, { a: 'x' }, { a: 'yes' }, { a: [5, 'x'] }], [{ a: 'nox' }, {}]],
    [{ a: { $in: [[1, 2]] } }, [{ a: [1, 2] }, { a: [[1, 2]] }], [{ a: [1] }]],
    [{ a: { $in: [] } }, [], [{}, { a: 1 }]],
    [{ a: { $all: [1, 2] } }, [{ a: [2, 3, 1] }], [{ a: [1] }, { a: 1 }]],
    [{ a: { $all: [1] } }, [{ a: 1 }, { a: [1] }], [{ a: 2 }]],
    [{ a: { $all: [] } }, [], [{ a: [] }, {}]],
    [{ a: { $all: [[1]] } }, [{ a: [1] }, { a: [[1]] }], [{ a: 1 }]],
    [
      { a: { $all: [{ $elemMatch: { x: 1 } }, { $elemMatch: { x: 2 } }] } },
      [{ a: [{ x: 1 }, { x: 2 }] }],
      [{ a: [{ x: 1 }] }],
    ],
    [{ a: { $size: 2 } }, [{ a: [1, 2] }], [{ a: [1] }, { a: 2 }, { a: [[1, 2]] }, {}]],
    [{ a: { $size: new Double(0) } }, [{ a: [] }], [{}]],
    [{ a: { $elemMatch: { $gt: 1, $lt: 3 } } }, [{ a: [0, 2] }], [{ a: [0, 4] }, { a: 2 }, { a: [[2]] }]],
    [
      { a: { $elemMatch: { x: 1, y: 2 } } },
      [{ a: [{ x: 1, y: 2 }] }],
      [{ a: [{ x: 1 }, { y: 2 }] }, { a: { x: 1, y: 2 } }],
    ],
    [{ a: { $elemMatch: { $or: [{ x: 1 }, { x: 2 }] } } }, [{ a: [{ x: 2 }] }], [{ a: [{ x: 3 }] }]],
    [{ a: { $elemMatch: { 0: 1 } } }, [{ a: [[1, 2]] }], [{ a: [[2]] }, { a: [1] }]],
    [{ a: { $elemMatch: { $ne: 1 } } }, [{ a: [1, 2] }], [{ a: [1] }, { a: [] }]],
    [{ a: { $elemMatch: { $elemMatch: { $eq: 1 } } } }, [{ a: [[1]] }], [{ a: [1] }]],
    [{ a: { $not: { $elemMatch: { x: 1 } } } }, [{ a: [{ x: 2 }] }, {}], [{ a: [{ x: 1 }] }]],
  ],
  'types match': [
    [{ a: { $type: 'string' } }, [{ a: 'x' }, { a: [1, 'x'] }], [{ a: 1 }, {}]],
    [{ a: { $type: 'number' } }, [{ a: 1 }, { a: Long.ONE }, { a: 1.5 }], [{ a: '1' }]],
    [{ a: { $type: 'int' } }, [{ a: 1 }], [{ a: new Double(1) }, { a: Long.ONE }]],
    [{ a: { $type: 16 } }, [{ a: 1 }], [{ a: Long.ONE }]],
    [{ a: { $type: 'array' } }, [{ a: [] }, { a: [1] }], [{ a: 1 }]],
    [{ a: { $type: ['null', 'bool'] } }, [{ a: null }, { a: true }], [{}, { a: 0 }]],
  ],
  'regular expressions match': [
    [{ a: /b/ }, [{ a: 'abc' }, { a: ['x', 'b'] }, { a: new BSONRegExp('b') }], [{ a: 'x' }, { a: 1 }, {}]],
    [{ a: { $regex: '^A', $options: 'i' } }, [{ a: 'abc' }], [{ a: 'xa' }]],
    [{ a: { $options: 'i', $regex: 'B' } }, [{ a: 'abc' }], []],
    [{ a: { $regex: /B/i } }, [{ a: 'abc' }], []],
    [{ a: { $eq: /b/ } }, [{ a: new BSONRegExp('b') }], [{ a: 'b' }]],
    [{ a: /a$/ }, [{ a: 'ba' }, { a: 'a\n' }], [{ a: 'a\nb' }]],
    [{ a: new BSONRegExp('^b$', 'm') }, [{ a: 'a\nb\nc' }], [{ a: 'ab' }, { a: 'a\rb' }]],
    [{ a: /a.b/ }, [{ a: 'a\rb' }, { a: 'a😀b' }], [{ a: 'a\nb' }]],
    [{ a: new BSONRegExp('a.b', 's') }, [{ a: 'a\nb' }], []],
    [{ a: new BSONRegExp('a b # c', 'x') }, [{ a: 'ab' }], [{ a: 'a b' }]],
    [{ a: { $regex: 'a\\-b\\ c\\@' } }, [{ a: 'a-b c@' }], []],
    [{ a: { $regex: '(?i)abc' } }, [{ a: 'ABC' }], []],
    [{ a: { $regex: '^\\s$' } }, [{ a: ' ' }, { a: '\t' }], [{ a: '\u00a0' }]],
    [{ a: { $regex: '^[\\w.+-]+@[^]x]$' } }, [{ a: 'a.b@y' }], [{ a: 'a@]' }]],
  ],
  'logic matches': [
    [{ $and: [{ a: 1 }, { b: 2 }] }, [{ a: 1, b: 2 }], [{ a: 1 }]],
    [{ $or: [{ a: 1 }, { b: 2 }] }, [{ a: 1 }, { b: 2 }], [{ a: 2 }]],
    [{ $nor: [{ a: 1 }, { b: 2 }] }, [{ a: 2 }, {}], [{ a: 1 }, { b: 2 }]],
    [{ $or: [{ $and: [{ a: 1 }] }], b: 2 }, [{ a: 1, b: 2 }], [{ a: 1 }]],
    [{ a: { $mod: [3, 1] } }, [{ a: 4 }, { a: 4.9 }, { a: Long.fromNumber(7) }], [{ a: 3 }, { a: 'x' }, { a: nan }]],
    [{ a: { $mod: [3, -1] } }, [{ a: -4 }], [{ a: 4 }]],
    [{ $expr: { $gt: ['$a', '$b'] } }, [{ a: 2, b: 1 }], [{ a: 1, b: 1 }]],
    [{ $expr: { $eq: ['$a.b', { $add: ['$c', 1] }] } }, [{ a: { b: 2 }, c: 1 }], [{ a: { b: 1 }, c: 1 }]],
  ],
}

describe('a filter', () => {
  for (const [title, cases] of Object.entries(tables)) {
    describe(`in which ${title}`, () => {
      for (const [filter, matching, others] of cases) {
        it(
          JSON.stringify(filter, (_, value) => (value instanceof RegExp ? String(value) : value)),
          () => {
            const { matches } = compileFilter(wire(filter))
            for (const doc of matching) expect(matches(wire(doc)), JSON.stringify(doc)).to.equal(true)
            for (const doc of others) expect(matches(wire(doc)), JSON.stringify(doc)).to.equal(false)
          },
        )
      }
    })
  }

  const refusals: [filter: Doc, code: number, message: string][] = [
    [{ a: { $foo: 1 } }, 2, 'unknown operator: $foo'],
    [{ a: { $gt: 1, b: 2 } }, 2, 'unknown operator: b'],
    [{ a: { $near: [1, 2] } }, 2, 'unknown operator: $near'],
    [{ $where: 'true' }, 2, 'unknown top level operator: $where'],
    [{ $text: { $search: 'x' } }, 2, 'unknown top level operator: $text'],
    [{ $jsonSchema: {} }, 2, 'unknown top level operator: $jsonSchema'],
    [{ $and: [] }, 2, '$and/$or/$nor must be a nonempty array'],
    [{ $or: {} }, 2, '$or must be an array'],
    [{ $nor: [1] }, 2, '$or/$and/$nor entries need to be full objects'],
    [{ a: { $in: 1 } }, 2, '$in needs an array'],
    [{ a: { $in: [{ $gt: 1 }] } }, 2, 'cannot nest $ under $in'],
    [{ a: { $all: 1 } }, 2, '$all needs an array'],
    [{ a: { $size: 'x' } }, 2, 'Failed to parse $size'],
    [{ a: { $size: -1 } }, 2, 'Expected a non-negative number'],
    [{ a: { $elemMatch: 1 } }, 2, '$elemMatch needs an Object'],
    [{ a: { $not: 1 } }, 2, '$not needs a regex or a document'],
    [{ a: { $not: {} } }, 2, '$not cannot be empty'],
    [{ a: { $ne: /x/ } }, 2, "Can't have regex as arg to $ne."],
    [{ a: { $gt: /x/ } }, 2, "Can't have RegEx as arg to predicate over field 'a'."],
    [{ a: { $options: 'i' } }, 2, '$options needs a $regex'],
    [{ a: { $mod: [0, 1] } }, 2, 'divisor cannot be 0'],
    [{ a: { $mod: [1] } }, 2, 'malformed mod, not enough elements'],
    [{ a: { $type: 'nope' } }, 2, 'Unknown type name alias: nope'],
    [{ a: { $type: 99 } }, 2, 'Invalid numerical type code: 99'],
    [{ a: { $regex: '(' } }, 51091, 'Regular expression is invalid'],
    [{ a: { $regex: '[[:alpha:]]' } }, 51091, 'Regular expression is invalid'],
    [{ a: { $regex: 'a++' } }, 51091, 'Regular expression is invalid'],
    [{ a: { $regex: 'a', $options: 'g' } }, 51108, 'invalid flag in regex options: g'],
    [{ $expr: { $function: {} } }, 168, "Unrecognized expression '$function'"],
  ]
  for (const [filter, code, message] of refusals) {
    it(`refuses ${JSON.stringify(filter, (_, value) => (value instanceof RegExp ? String(value) : value))}`, () => {
      expect(() => compileFilter(wire(filter)))
        .to.throw(message)
        .with.property('code', code)
    })
  }
})

describe('the position of the matched element', () => {
  const cases: [filter: Doc, doc: Doc, position: number | undefined][] = [
    [{ a: 2 }, { a: [1, 2] }, 1],
    [{ a: 1 }, { a: 1 }, undefined],
    [{ 'a.b': 2 }, { a: [{ b: 1 }, { b: 2 }] }, 1],
    [{ 'a.b': 2 }, { a: [{ b: [0, 1] }, { b: [0, 0, 2] }] }, 1],
    [{ a: { $elemMatch: { b: 2 } } }, { a: [{ b: 1 }, { b: 1 }, { b: 2 }] }, 2],
    [{ $and: [{ x: 1 }, { a: { $gt: 4 } }] }, { x: 1, a: [3, 5] }, 1],
    [{ a: { $in: [3] } }, { a: [1, 2, 3] }, 2],
    [{ a: [1, 2] }, { a: [1, 2] }, undefined],
    [{ a: { $ne: 5 } }, { a: [1, 2] }, undefined],
    [{ 'a.0.b': 3 }, { a: [{ b: [1, 3] }] }, 1],
    [{ a: 9 }, { a: [1] }, undefined],
    [{ a: { $exists: true } }, { a: [7, 8] }, 0],
  ]
  for (const [filter, doc, position] of cases) {
    it(`is ${position} for ${JSON.stringify(filter)} in ${JSON.stringify(doc)}`, () => {
      expect(compileFilter(wire(filter)).arrayIndexOf(wire(doc))).to.equal(position)
    })
  }
})

describe('the bounds of a filter on an indexed field', () => {
  const cases: [filter: Doc, bound: unknown][] = [
    [{ a: 1 }, { equals: [1] }],
    [{ a: null }, { equals: [null] }],
    [{ b: 1 }, undefined],
    [{ $and: [{ b: 1 }, { $and: [{ a: 1 }] }] }, { equals: [1] }],
    [{ $or: [{ a: 1 }] }, undefined],
    [{ a: { $in: [1, 'x'] } }, { equals: [1, 'x'] }],
    [{ a: { $in: [1, /x/] } }, undefined],
    [{ a: /x/ }, undefined],
    [{ a: { $ne: 1 } }, undefined],
    [{ a: { $exists: true } }, undefined],
    [{ a: { $not: { $gt: 1 } } }, undefined],
    [{ a: [1, 2] }, { equals: [1, [1, 2]] }],
    [{ a: [] }, { equals: [undefined, []] }],
    [{ a: { $gt: 1 } }, { min: { value: 1, inclusive: false }, max: { value: Infinity, inclusive: true } }],
    [{ a: { $lte: 'x' } }, { min: { value: '', inclusive: true }, max: { value: 'x', inclusive: true } }],
    [{ a: { $gte: 'x' } }, { min: { value: 'x', inclusive: true }, max: { value: {}, inclusive: false } }],
    [{ a: { $gt: nan } }, undefined],
    [{ a: { $gt: [1] } }, undefined],
    [{ a: { $gt: 1, $in: [5, 6] } }, { equals: [5, 6] }],
  ]
  for (const [filter, bound] of cases) {
    it(`are ${JSON.stringify(bound)} for ${JSON.stringify(filter)}`, () => {
      expect(boundsOf(filter, 'a')).to.deep.equal(bound)
    })
  }

  const between = { a: { $gt: 1, $lte: 5 } }

  it('are not intersected where an array may meet each condition by another element', () => {
    expect(boundsOf(between, 'a')).to.deep.equal({
      min: { value: 1, inclusive: false },
      max: { value: Infinity, inclusive: true },
    })
    expect(allBoundsOf(between, 'a')).to.have.length(2)
  })

  it('are intersected where the field holds no arrays', () => {
    expect(boundsOf(between, 'a', { isMultikey: false })).to.deep.equal({
      min: { value: 1, inclusive: false },
      max: { value: 5, inclusive: true },
    })
  })

  it('are unknown for a path with a position', () => {
    expect(boundsOf({ 'a.0': 1 }, 'a.0')).to.equal(undefined)
  })
})

describe('a filter and a partial index', () => {
  const cases: [filter: Doc, partial: Doc, implied: boolean][] = [
    [{ a: 1 }, {}, true],
    [{ a: 1, deletedAt: null }, { deletedAt: null }, true],
    [{ a: 1 }, { deletedAt: null }, false],
    [{ a: 'x' }, { a: { $exists: true } }, true],
    [{ a: null }, { a: { $exists: true } }, false],
    [{ a: { $in: ['x', null] } }, { a: { $exists: true } }, false],
    [{ a: 'x' }, { a: { $type: 'string' } }, true],
    [{ a: 1 }, { a: { $type: 'int' } }, false],
    [{ a: 5 }, { a: { $gt: 3 } }, true],
    [{ a: 3 }, { a: { $gt: 3 } }, false],
    [{ a: { $gt: 5 } }, { a: { $gt: 3 } }, true],
    [{ a: { $gte: 3 } }, { a: { $gt: 3 } }, false],
    [{ a: { $gt: 3 } }, { a: { $gte: 3 } }, true],
    [{ a: { $gt: 'x' } }, { a: { $gt: 3 } }, false],
    [{ a: { $lt: 3 } }, { a: { $gt: 1 } }, false],
    [{ a: { $gt: 1 } }, { a: { $exists: true } }, true],
    [{ a: { $gt: new MinKey() } }, { a: { $exists: true } }, false],
    [{ a: { $gt: 1 } }, { a: { $exists: false } }, false],
    [{ a: { $in: [4, 5] } }, { a: { $gt: 3 } }, true],
    [{ a: { $in: [1, 5] } }, { a: { $gt: 3 } }, false],
    [{ a: { $in: [] } }, { a: { $gt: 3 } }, false],
    [{ $and: [{ a: true }] }, { a: true }, true],
    [{ $or: [{ a: true }, { b: 1 }] }, { a: true }, false],
    [{ a: /x/ }, { a: { $exists: true } }, false],
    [{ a: 1, b: 2 }, { $and: [{ a: { $eq: 1 } }, { b: { $gt: 1 } }] }, true],
    [{ a: { $ne: 1 } }, { a: { $exists: true } }, false],
    [{ a: [1] }, { a: 1 }, false],
  ]
  for (const [filter, partial, implied] of cases) {
    it(`${JSON.stringify(filter)} ${implied ? 'surely finds only' : 'may not find only'} ${JSON.stringify(partial)}`, () => {
      expect(impliesPartial(filter, partial)).to.equal(implied)
      expect(impliesPartial(wire(filter), wire(partial))).to.equal(implied)
    })
  }
})
