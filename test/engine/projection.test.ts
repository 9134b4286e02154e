import { Double, Int32, Long, serialize } from 'bson'
import { expect } from 'chai'
import { runPipeline } from '../../packages/embedded-mongo/src/query/aggregate.ts'
import { distinct } from '../../packages/embedded-mongo/src/query/distinct.ts'
import { compileProjection } from '../../packages/embedded-mongo/src/query/projection.ts'
import { compileSort, sortFields } from '../../packages/embedded-mongo/src/query/sort.ts'
import { decode, encode } from '../../packages/embedded-mongo/src/values/codec.ts'

type Doc = Record<string, unknown>

/** As a document arrives over the wire. */
const wire = (doc: Doc): Doc => decode(serialize(doc, { ignoreUndefined: false }))
const bytes = (doc: Doc) => Buffer.from(encode(doc)).toString('hex')

describe('a projection', () => {
  const cases: [projection: Doc, doc: Doc, result: Doc][] = [
    [{}, { _id: 1, a: 1 }, { _id: 1, a: 1 }],
    [{ a: 1 }, { _id: 1, a: 1, b: 2 }, { _id: 1, a: 1 }],
    [{ a: 1, _id: 0 }, { _id: 1, a: 1, b: 2 }, { a: 1 }],
    [
      { b: true, a: new Double(2) },
      { _id: 1, a: 1, b: 2 },
      { _id: 1, a: 1, b: 2 },
    ],
    [{ _id: 1 }, { _id: 1, a: 1 }, { _id: 1 }],
    [{ _id: 0 }, { _id: 1, a: 1 }, { a: 1 }],
    [{ a: 0 }, { _id: 1, a: 1, b: 2 }, { _id: 1, b: 2 }],
    [
      { a: false, _id: 1 },
      { _id: 1, a: 1, b: 2 },
      { _id: 1, b: 2 },
    ],
    [{ a: Long.ZERO }, { a: 1, b: 2 }, { b: 2 }],
    [{ 'a.b': 1 }, { a: { b: 1, c: 2 }, d: 3 }, { a: { b: 1 } }],
    [{ a: { b: 1 } }, { a: { b: 1, c: 2 } }, { a: { b: 1 } }],
    [{ 'a.b': 1 }, { a: 5 }, {}],
    [{ 'a.b': 1 }, { a: { c: 1 } }, { a: {} }],
    [{ 'a.b': 1 }, { a: [{ b: 1, c: 2 }, 5, { c: 1 }, [{ b: 3 }]] }, { a: [{ b: 1 }, {}, [{ b: 3 }]] }],
    [{ 'a.b': 0 }, { a: [{ b: 1, c: 2 }, 5], d: 1 }, { a: [{ c: 2 }, 5], d: 1 }],
    [{ 'a.b': 0 }, { a: 5 }, { a: 5 }],
    [{ 'a.b': 1, 'a.c': 1 }, { a: { b: 1, c: 2, d: 3 } }, { a: { b: 1, c: 2 } }],
    [{ a: { $slice: 2 } }, { a: [1, 2, 3], b: 1 }, { a: [1, 2], b: 1 }],
    [{ a: { $slice: -1 } }, { a: [1, 2, 3] }, { a: [3] }],
    [{ a: { $slice: [1, 1] } }, { a: [1, 2, 3] }, { a: [2] }],
    [{ a: { $slice: [-2, 1] } }, { a: [1, 2, 3] }, { a: [2] }],
    [
      { a: { $slice: 1 }, b: 1 },
      { _id: 1, a: [1, 2], b: 1, c: 1 },
      { _id: 1, a: [1], b: 1 },
    ],
    [
      { a: { $slice: 1 }, b: 0 },
      { a: [1, 2], b: 1, c: 1 },
      { a: [1], c: 1 },
    ],
    [{ 'a.b': { $slice: 1 } }, { a: { b: [1, 2], c: 1 } }, { a: { b: [1], c: 1 } }],
    [{ a: { $slice: 1 } }, { a: 'x' }, { a: 'x' }],
    [
      { a: { $elemMatch: { x: { $gt: 1 } } } },
      { _id: 1, a: [{ x: 1 }, { x: 2 }, { x: 3 }], b: 1 },
      { _id: 1, a: [{ x: 2 }] },
    ],
    [{ a: { $elemMatch: { $gt: 5 } } }, { _id: 1, a: [1, 2] }, { _id: 1 }],
    [{ constructor: 1 }, { a: 1 }, {}],
  ]
  for (const [projection, doc, result] of cases) {
    it(`${JSON.stringify(projection)} makes of ${JSON.stringify(doc)} ${JSON.stringify(result)}`, () => {
      expect(bytes(compileProjection(wire(projection))(wire(doc)))).to.equal(bytes(wire(result)))
    })
  }

  const refusals: [projection: Doc, code: number, message: string][] = [
    [{ a: 1, b: 0 }, 31254, 'Cannot do exclusion on field b in inclusion projection'],
    [{ a: 0, b: 1 }, 31253, 'Cannot do inclusion on field b in exclusion projection'],
    [{ a: 1, 'a.b': 1 }, 31249, 'Path collision at a.b remaining portion b'],
    [{ 'a.b': 1, a: 1 }, 31250, 'Path collision at a'],
    [{ a: {} }, 51270, 'An empty sub-projection is not a valid value'],
    [{ 'a.$': 1 }, 115, "The positional operator '$' in a projection is not supported"],
    [{ a: 'x' }, 115, 'is not supported by the embedded engine'],
    [{ a: { $meta: 'textScore' } }, 115, '$meta in a projection is not supported'],
    [{ a: { $slice: 'x' } }, 28667, 'Invalid $slice syntax'],
    [{ 'a.b': { $elemMatch: { x: 1 } } }, 31275, 'Cannot use $elemMatch projection on a nested field'],
    [{ a: { $elemMatch: { $foo: 1 } } }, 2, 'unknown operator: $foo'],
  ]
  for (const [projection, code, message] of refusals) {
    it(`${JSON.stringify(projection)} is refused with ${code}`, () => {
      expect(() => compileProjection(wire(projection)))
        .to.throw(message)
        .with.property('code', code)
    })
  }
})

describe('a sort', () => {
  const cases: [title: string, sort: Doc, docs: Doc[]][] = [
    [
      'orders types',
      { a: 1 },
      [{ a: [] }, {}, { a: 1 }, { a: Long.fromNumber(2) }, { a: 'x' }, { a: {} }, { a: true }],
    ],
    ['descends', { a: -1 }, [{ a: 'x' }, { a: 2 }, { a: 1 }, { a: null }]],
    ['takes the smallest element when ascending', { a: 1 }, [{ a: [9, 1] }, { a: 2 }, { a: [3, 4] }]],
    ['takes the largest element when descending', { a: -1 }, [{ a: [9, 1] }, { a: [3, 4] }, { a: 2 }]],
    [
      'goes by several fields',
      { a: 1, b: -1 },
      [
        { a: 1, b: 2 },
        { a: 1, b: 1 },
        { a: 2, b: 3 },
      ],
    ],
    ['goes into documents and arrays', { 'a.b': 1 }, [{ a: 5 }, { a: [{ b: 1 }, { b: 9 }] }, { a: { b: 2 } }]],
  ]
  for (const [title, sort, docs] of cases) {
    it(title, () => {
      const expected = docs.map(wire)
      const shuffled = [...expected.slice(2), ...expected.slice(0, 2)].reverse()
      expect(shuffled.sort(compileSort(wire(sort)))).to.deep.equal(expected)
    })
  }

  it('keeps the order of equal documents', () => {
    const docs = [
      { a: 1, x: 1 },
      { a: 1, x: 2 },
      { a: 1, x: 3 },
    ]
    expect([...docs].sort(compileSort({ a: -1 }))).to.deep.equal(docs)
  })

  it('names its fields and directions', () => {
    expect(sortFields(wire({ a: 1, 'b.c': new Double(-1) }))).to.deep.equal([
      { field: 'a', direction: 1 },
      { field: 'b.c', direction: -1 },
    ])
  })

  it('is refused with another direction, and over parallel arrays', () => {
    expect(() => compileSort({ a: 2 }))
      .to.throw('$sort key ordering must be 1 (for ascending) or -1 (for descending)')
      .with.property('code', 15975)
    const compareDocs = compileSort({ a: 1, b: 1 })
    expect(() => compareDocs({ a: [1], b: [1] }, {}))
      .to.throw('cannot sort with keys that are parallel arrays')
      .with.property('code', 2)
  })
})

describe('distinct values', () => {
  it('are those of documents and of the elements of arrays, each once', () => {
    const docs = [{ a: 1 }, { a: [new Double(1), 'x', [2]] }, { b: 1 }, { a: null }, { a: 'x' }, { a: [] }].map(wire)
    expect(distinct(docs, 'a')).to.deep.equal([new Int32(1), 'x', [new Int32(2)], null])
  })

  it('are found through arrays and by position', () => {
    const docs = [{ a: [{ b: 1 }, { b: [2, 3] }, { c: 1 }] }].map(wire)
    expect(distinct(docs, 'a.b')).to.deep.equal([new Int32(1), new Int32(2), new Int32(3)])
    expect(distinct(docs, 'a.0.b')).to.deep.equal([new Int32(1)])
  })
})

describe('a pipeline', () => {
  const docs = [
    { _id: 1, k: 'a', n: 1, t: [1, 2], s: { x: 1, y: 2 } },
    { _id: 2, k: 'b', n: 2.5, t: [], s: { y: 2, x: 1 } },
    { _id: 3, k: 'a', n: Long.fromNumber(3), s: { x: 1, y: 2 } },
    { _id: 4, n: 'text', t: 7 },
  ]
  const cases: [title: string, pipeline: Doc[], results: Doc[]][] = [
    [
      'counts as countDocuments does',
      [{ $match: { k: 'a' } }, { $group: { _id: 1, n: { $sum: 1 } } }],
      [{ _id: 1, n: 2 }],
    ],
    ['groups nothing into nothing', [{ $match: { k: 'z' } }, { $group: { _id: 1, n: { $sum: 1 } } }], []],
    ['skips, limits and counts', [{ $sort: { _id: -1 } }, { $skip: 1 }, { $limit: 2 }, { $count: 'n' }], [{ n: 2 }]],
    ['counts nothing as nothing', [{ $match: { k: 'z' } }, { $count: 'n' }], []],
    ['projects', [{ $match: { _id: 1 } }, { $project: { k: 1, _id: 0 } }], [{ k: 'a' }]],
    [
      'projects what it computes',
      [{ $match: { _id: 1 } }, { $project: { n: 1, double: { $multiply: ['$n', 2] }, x: '$s.x' } }],
      [{ _id: 1, n: 1, double: 2, x: 1 }],
    ],
    ['projects no more than what it computes', [{ $limit: 1 }, { $project: { _id: 0, name: '$k' } }], [{ name: 'a' }]],
    [
      'groups by a field, a missing one as null',
      [{ $group: { _id: '$k', n: { $sum: '$n' }, all: { $push: '$_id' } } }],
      [
        { _id: 'a', n: Long.fromNumber(4), all: [1, 3] },
        { _id: 'b', n: 2.5, all: [2] },
        { _id: null, n: 0, all: [4] },
      ],
    ],
    [
      'lets the order of fields count when it groups by documents',
      [{ $match: { s: { $exists: true } } }, { $group: { _id: '$s', n: { $count: {} } } }],
      [
        { _id: { x: 1, y: 2 }, n: 2 },
        { _id: { y: 2, x: 1 }, n: 1 },
      ],
    ],
    [
      'accumulates',
      [
        {
          $group: {
            _id: null,
            average: { $avg: '$n' },
            least: { $min: '$n' },
            most: { $max: '$n' },
            first: { $first: '$k' },
            last: { $last: '$k' },
            set: { $addToSet: '$k' },
            list: { $push: '$k' },
          },
        },
      ],
      [
        {
          _id: null,
          average: 6.5 / 3,
          least: 1,
          most: 'text',
          first: 'a',
          last: null,
          set: ['a', 'b'],
          list: ['a', 'b', 'a'],
        },
      ],
    ],
    [
      'unwinds',
      [{ $unwind: '$t' }, { $project: { t: 1 } }],
      [
        { _id: 1, t: 1 },
        { _id: 1, t: 2 },
        { _id: 4, t: 7 },
      ],
    ],
    [
      'unwinds and keeps what is empty',
      [
        { $unwind: { path: '$t', preserveNullAndEmptyArrays: true, includeArrayIndex: 'i' } },
        { $project: { t: 1, i: 1 } },
      ],
      [
        { _id: 1, t: 1, i: Long.fromNumber(0) },
        { _id: 1, t: 2, i: Long.fromNumber(1) },
        { _id: 2, i: null },
        { _id: 3, i: null },
        { _id: 4, t: 7, i: null },
      ],
    ],
    [
      'adds and removes fields',
      [{ $limit: 1 }, { $set: { 's.z': { $cond: [{ $gt: ['$n', 0] }, 'yes', 'no'] } } }, { $unset: ['t', 's.x'] }],
      [{ _id: 1, k: 'a', n: 1, s: { y: 2, z: 'yes' } }],
    ],
    ['puts a computed _id first', [{ $limit: 1 }, { $project: { n: 1, _id: '$k' } }], [{ _id: 'a', n: 1 }]],
    ['sets empty documents', [{ $limit: 1 }, { $replaceWith: {} }, { $set: { a: { b: {} } } }], [{ a: { b: {} } }]],
    ['replaces the root', [{ $limit: 1 }, { $replaceRoot: { newRoot: { k: '$k', none: '$none' } } }], [{ k: 'a' }]],
    [
      'sorts by count',
      [{ $match: { k: { $ne: null } } }, { $sortByCount: '$k' }],
      [
        { _id: 'a', count: 2 },
        { _id: 'b', count: 1 },
      ],
    ],
    [
      'evaluates expressions',
      [
        { $limit: 1 },
        {
          $project: {
            _id: 0,
            sum: { $add: ['$n', 1, 0.5] },
            none: { $add: ['$none', 1] },
            difference: { $subtract: ['$n', 3] },
            size: { $size: '$t' },
            first: { $arrayElemAt: ['$t', 0] },
            last: { $last: '$t' },
            isIn: { $in: [2, '$t'] },
            isNot: { $not: ['$n'] },
            missing: { $eq: ['$none', null] },
            otherwise: { $ifNull: ['$none', 'x'] },
            text: { $concat: ['$k', '-', 'b'] },
            joined: { $concatArrays: ['$t', [3]] },
            kind: { $type: '$none' },
            order: { $cmp: ['$k', 'b'] },
            literal: { $literal: '$k' },
            list: ['$k', '$none'],
          },
        },
      ],
      [
        {
          sum: 2.5,
          none: null,
          difference: -2,
          size: 2,
          first: 1,
          last: 2,
          isIn: true,
          isNot: false,
          missing: false,
          otherwise: 'x',
          text: 'a-b',
          joined: [1, 2, 3],
          kind: 'missing',
          order: -1,
          literal: '$k',
          list: ['a', null],
        },
      ],
    ],
  ]
  for (const [title, pipeline, results] of cases) {
    it(title, () => {
      const input = docs.map(wire)
      const output = runPipeline(input, pipeline.map(wire))
      expect(output.map(bytes)).to.deep.equal(results.map(wire).map(bytes))
      expect(input.map(bytes)).to.deep.equal(docs.map(wire).map(bytes))
    })
  }

  const refusals: [pipeline: Doc[], code: number, message: string][] = [
    [[{ $foo: 1 }], 40324, "Unrecognized pipeline stage name: '$foo'"],
    [[{ $lookup: {} }], 40324, "Unrecognized pipeline stage name: '$lookup'"],
    [[{ $out: 'x' }], 40324, "Unrecognized pipeline stage name: '$out'"],
    [[{ $match: {}, $sort: {} }], 40323, 'A pipeline stage specification object must contain exactly one field.'],
    [[{ $limit: 0 }], 15958, 'the limit must be positive'],
    [[{ $skip: -1 }], 5107200, 'invalid argument to $skip stage'],
    [[{ $group: { n: { $sum: 1 } } }], 15955, 'a group specification must include an _id'],
    [[{ $group: { _id: 1, n: { $foo: 1 } } }], 15952, "unknown group operator '$foo'"],
    [[{ $group: { _id: 1, n: 1 } }], 40234, "The field 'n' must be an accumulator object"],
    [[{ $project: { a: { $foo: 1 } } }], 168, "Unrecognized expression '$foo'"],
    [[{ $project: { a: '$$nope' } }], 17276, 'Use of undefined variable: nope'],
    [[{ $project: { a: '$b', c: 0 } }], 31254, 'Cannot do exclusion on field c in inclusion projection'],
    [[{ $count: '' }], 40156, 'the count field must be a non-empty string'],
    [[{ $unwind: 't' }], 28818, "path option to $unwind stage should be prefixed with a '$': t"],
    [[{ $replaceRoot: { newRoot: '$k' } }], 40228, "'newRoot' expression must evaluate to an object"],
    [[{ $match: { $where: '1' } }], 2, 'unknown top level operator: $where'],
  ]
  for (const [pipeline, code, message] of refusals) {
    it(`${JSON.stringify(pipeline)} is refused with ${code}`, () => {
      expect(() => runPipeline(docs.map(wire), pipeline.map(wire)))
        .to.throw(message)
        .with.property('code', code)
    })
  }
})
