import {
  Binary,
  BSONRegExp,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  serialize,
  Timestamp,
} from 'bson'
import { expect } from 'chai'
import fc from 'fast-check'
import { decode, encode } from '../../packages/embedded-mongo/src/values/codec.ts'
import { compare, equal, identical, typeName } from '../../packages/embedded-mongo/src/values/compare.ts'
import { MISSING } from '../../packages/embedded-mongo/src/values/doc.ts'
import { encodeKey } from '../../packages/embedded-mongo/src/values/key.ts'
import { indexTuples, valuesAt } from '../../packages/embedded-mongo/src/values/paths.ts'

const decimal = (text: string) => Decimal128.fromString(text)
const long = (value: bigint) => Long.fromBigInt(value)

const doubles = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -0, 0.1, 2 ** 53, -(2 ** 53), 2 ** 63, -(2 ** 63), 5e-324, Number.MAX_VALUE, Number.NaN),
  fc.integer({ min: -10, max: 10 }),
)
const longs = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 3n }),
  fc.bigInt({ min: -(2n ** 53n) - 3n, max: -(2n ** 53n) + 3n }),
)
const decimals = fc.oneof(
  fc
    .tuple(fc.bigInt({ min: -(10n ** 33n), max: 10n ** 33n }), fc.integer({ min: -6100, max: 6000 }))
    .map(([digits, exponent]) => decimal(`${digits}E${exponent}`)),
  fc
    .tuple(fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }), fc.integer({ min: -20, max: 20 }))
    .map(([digits, exponent]) => decimal(`${digits}E${exponent}`)),
  fc.constantFrom('NaN', 'Infinity', '-Infinity', '0.1', '9007199254740993', '-0', '1E-6176', '9E6144').map(decimal),
)
const numbers = fc.oneof(
  doubles.map((value) => new Double(value)),
  fc.integer().map((value) => new Int32(value)),
  longs.map(long),
  decimals,
)
// UTF-8 has no lone surrogates, and no string from the wire has any.
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '\0', 'a', 'a\0', 'ab', '\uffff', '😀', '\ue000'),
)
const scalars = fc.oneof(
  numbers,
  texts,
  fc.boolean(),
  fc.constantFrom(null, undefined, new MinKey(), new MaxKey()),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new ObjectId(bytes)),
  fc.tuple(fc.uint8Array({ maxLength: 6 }), fc.constantFrom(0, 4, 128)).map(([bytes, kind]) => new Binary(bytes, kind)),
  fc.tuple(fc.nat(), fc.nat()).map(([t, i]) => new Timestamp({ t, i })),
  fc
    .constantFrom('', 'a', 'ab')
    .chain((pattern) => fc.constantFrom('', 'i').map((flags) => new BSONRegExp(pattern, flags))),
)
const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    scalars,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'aa', '', 'é', '__proto__'), tie('value'), { maxKeys: 3 }),
  ),
}))

const inOrder: unknown[] = [
  new MinKey(),
  undefined,
  null,
  new Double(Number.NaN),
  new Double(Number.NEGATIVE_INFINITY),
  decimal('-1E400'),
  long(-(2n ** 63n)),
  new Double(-1.5),
  new Int32(0),
  decimal('1E-400'),
  new Double(5e-324),
  decimal('0.1'),
  new Double(0.1),
  new Int32(1),
  new Double(2 ** 53),
  long(2n ** 53n + 1n),
  decimal('9007199254740993.5'),
  long(2n ** 63n - 1n),
  new Double(2 ** 63),
  new Double(Number.MAX_VALUE),
  decimal('1E400'),
  new Double(Number.POSITIVE_INFINITY),
  '',
  'A',
  'a',
  'a\0',
  'ab',
  '\uffff',
  '😀',
  {},
  { a: new Int32(2) },
  { b: new Int32(1) },
  { b: new Int32(1), a: new Int32(0) },
  // Within a document the type of a field counts before its name.
  { a: 'x' },
  [],
  [new Int32(1)],
  [new Int32(1), new Int32(0)],
  [new Int32(2)],
  ['a'],
  new Binary(Buffer.from('zz'), 0),
  new Binary(Buffer.from('aaa'), 0),
  new Binary(Buffer.from('aab'), 0),
  new Binary(Buffer.from('aaa'), 4),
  new ObjectId('000000000000000000000001'),
  new ObjectId('ff0000000000000000000001'),
  false,
  true,
  new Date(-1),
  new Date(0),
  new Timestamp({ t: 1, i: 2 }),
  new Timestamp({ t: 2, i: 1 }),
  new BSONRegExp('a', ''),
  new BSONRegExp('a', 'i'),
  new BSONRegExp('b', ''),
  new MaxKey(),
]

describe('comparing values', () => {
  it('puts values of all types into BSON order', () => {
    for (const [indexA, a] of inOrder.entries()) {
      for (const [indexB, b] of inOrder.entries()) {
        const label = `${typeName(a)} at ${indexA} against ${typeName(b)} at ${indexB}`
        expect(Math.sign(compare(a, b)), label).to.equal(Math.sign(indexA - indexB))
      }
    }
  })

  it('is a total order', () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        expect(Math.sign(compare(a, b))).to.equal(-Math.sign(compare(b, a)) || 0)
        if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).to.be.at.most(0)
      }),
    )
  })

  const equalNumbers = [new Int32(5), new Double(5), long(5n), decimal('5'), decimal('5.0'), decimal('0.5E1'), 5, 5n]

  it('treats equal numbers of different types as equal, and not as identical', () => {
    for (const a of equalNumbers) for (const b of equalNumbers) expect(equal(a, b)).to.equal(true)
    expect(identical(new Int32(5), new Double(5))).to.equal(false)
    expect(identical(decimal('5'), decimal('5.0'))).to.equal(false)
    expect(identical({ a: [new Int32(5)] }, { a: [new Int32(5)] })).to.equal(true)
    expect(equal(new Double(0), new Double(-0))).to.equal(true)
  })

  it('lets the order of fields count', () => {
    expect(equal({ a: 1, b: 2 }, { b: 2, a: 1 })).to.equal(false)
  })

  it('names types by their aliases', () => {
    const names = [new Int32(1), new Double(1), long(1n), decimal('1'), 'x', {}, [], null, undefined, MISSING].map(
      typeName,
    )
    expect(names).to.deep.equal([
      'int',
      'double',
      'long',
      'decimal',
      'string',
      'object',
      'array',
      'null',
      'undefined',
      'missing',
    ])
  })
})

describe('keys', () => {
  const sign = (a: Buffer, b: Buffer) => Math.sign(Buffer.compare(a, b))

  it('sort as their values compare, in both directions', () => {
    for (const direction of [1, -1] as const) {
      for (const a of inOrder) {
        for (const b of inOrder) {
          const keys = [encodeKey([a], [direction]), encodeKey([b], [direction])] as const
          expect(sign(...keys)).to.equal(Math.sign(compare(a, b)) * direction || 0)
        }
      }
    }
  })

  it('sort as any values compare', () => {
    fc.assert(
      fc.property(values, values, fc.constantFrom<1 | -1>(1, -1), (a, b, direction) => {
        const expected = Math.sign(compare(a, b)) * direction || 0
        expect(sign(encodeKey([a], [direction]), encodeKey([b], [direction]))).to.equal(expected)
      }),
      { numRuns: 1000 },
    )
  })

  it('sort as any two numbers compare', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        expect(sign(encodeKey([a], []), encodeKey([b], []))).to.equal(Math.sign(compare(a, b)))
      }),
      { numRuns: 1000 },
    )
  })

  it('compare field by field when they are joined', () => {
    const tuples = fc.tuple(values, values)
    fc.assert(
      fc.property(tuples, tuples, fc.constantFrom<1 | -1>(1, -1), (a, b, direction) => {
        const first = Math.sign(compare(a[0], b[0])) * direction
        const expected = first || -Math.sign(compare(a[1], b[1])) || 0
        expect(sign(encodeKey(a, [direction, -1]), encodeKey(b, [direction, -1]))).to.equal(expected)
        const joined = Buffer.concat([encodeKey(a.slice(0, 1), [direction]), encodeKey(a.slice(1), [-1])])
        expect(joined.equals(encodeKey(a, [direction, -1]))).to.equal(true)
      }),
      { numRuns: 500 },
    )
  })

  it('never begin with the key of another value', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const [keyA, keyB] = [encodeKey([a], []), encodeKey([b], [])]
        if (compare(a, b) !== 0) expect(keyB.subarray(0, keyA.length).equals(keyA)).to.equal(false)
      }),
      { numRuns: 500 },
    )
  })

  it('take strings longer than any buffer kept ready', () => {
    const text = 'é\0'.repeat(5000)
    expect(sign(encodeKey([text], []), encodeKey([`${text}a`], []))).to.equal(-1)
  })
})

describe('decoding and encoding', () => {
  it('keeps the type of every number through a rewrite', () => {
    const bytes = serialize({
      int: new Int32(5),
      double: new Double(5),
      long: long(5n),
      decimal: decimal('5.00'),
      negativeZero: new Double(-0),
      list: [new Double(1), { deep: long(1n) }],
      binary: new Binary(Buffer.from('x'), 4),
      regex: new BSONRegExp('a', 'ix'),
      date: new Date(5),
      time: new Timestamp({ t: 1, i: 2 }),
      nothing: null,
    })
    expect(Buffer.from(encode(decode(bytes))).equals(bytes)).to.equal(true)
  })

  it('keeps any document as it was', () => {
    const documents = fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'constructor'), values, { maxKeys: 3 })
    fc.assert(
      fc.property(documents, (doc) => {
        const bytes = encode(doc)
        expect(Buffer.from(encode(decode(bytes))).equals(bytes)).to.equal(true)
      }),
    )
  })

  it('keeps a field called __proto__ as an ordinary field', () => {
    const bytes = serialize(JSON.parse('{"__proto__": {"isAdmin": true}, "a": {"__proto__": 1}}'))
    const doc = decode(bytes)
    expect(Object.keys(doc)).to.deep.equal(['__proto__', 'a'])
    expect(doc.isAdmin).to.equal(undefined)
    expect(Buffer.from(encode(doc)).equals(bytes)).to.equal(true)
  })

  it('reads a reference as a document', () => {
    const doc = decode(serialize({ list: [{ $ref: 'people', $id: 'x' }] }))
    expect(Object.getPrototypeOf((doc.list as unknown[])[0])).to.equal(Object.prototype)
    expect(doc).to.deep.equal({ list: [{ $ref: 'people', $id: 'x' }] })
  })
})

describe('paths', () => {
  const cases: [doc: Record<string, unknown>, path: string, values: unknown[]][] = [
    [{ a: 1 }, 'a', [1]],
    [{}, 'a', [MISSING]],
    [{ a: null }, 'a', [null]],
    [{ a: [1, 2] }, 'a', [[1, 2]]],
    [{ a: { b: 1 } }, 'a.b', [1]],
    [{ a: 5 }, 'a.b', [MISSING]],
    [{ a: [{ b: 1 }, { b: [2] }, { c: 3 }, 4] }, 'a.b', [1, [2], MISSING]],
    [{ a: [1, 2] }, 'a.b', []],
    [{ a: [] }, 'a.b', []],
    [{ a: [[{ b: 1 }]] }, 'a.b', []],
    [{ a: [[{ b: 1 }]] }, 'a.0.b', [1]],
    [{ a: [5, 6] }, 'a.1', [6]],
    [{ a: [5, { 1: 7 }] }, 'a.1', [7, { 1: 7 }]],
    [{ a: [[1, 2], 3] }, 'a.0', [[1, 2]]],
    [{ a: [{ b: 1 }] }, 'a.0.b', [MISSING, 1]],
    [{}, 'constructor', [MISSING]],
    [{ a: { b: {} } }, 'a.b.toString', [MISSING]],
  ]
  for (const [doc, path, expected] of cases) {
    it(`finds ${path} in ${JSON.stringify(doc)}`, () => {
      expect(valuesAt(doc, path)).to.deep.equal(expected)
    })
  }
})

describe('the entries of a document in an index', () => {
  const cases: [doc: Record<string, unknown>, fields: string[], tuples: unknown[][]][] = [
    [{ a: 1, b: 2 }, ['a', 'b'], [[1, 2]]],
    [{ b: 2 }, ['a', 'b'], [[null, 2]]],
    [
      { a: [1, 2, 1], b: 3 },
      ['a', 'b'],
      [
        [1, 3],
        [2, 3],
      ],
    ],
    [{ a: [] }, ['a'], [[undefined]]],
    [{ a: [] }, ['a.b'], [[null]]],
    [{ a: [[1, 2], 3] }, ['a'], [[[1, 2]], [3]]],
    [
      { a: [{ b: 1, c: 2 }, { b: 3 }] },
      ['a.b', 'a.c'],
      [
        [1, 2],
        [3, null],
      ],
    ],
    [
      { a: [{ b: [1, 2], c: 3 }] },
      ['a.b', 'a.c'],
      [
        [1, 3],
        [2, 3],
      ],
    ],
    [{ a: [1, { b: 2 }] }, ['a.b'], [[null], [2]]],
    [
      { a: [1, 2] },
      ['a', 'a.b'],
      [
        [1, null],
        [2, null],
      ],
    ],
    [{ a: { b: [{ c: 1 }, { c: 2 }] } }, ['a.b.c'], [[1], [2]]],
    [{ a: [new Int32(1), new Double(1)] }, ['a'], [[new Int32(1)]]],
  ]
  for (const [doc, fields, expected] of cases) {
    it(`of ${JSON.stringify(doc)} on ${fields.join(', ')}`, () => {
      expect(indexTuples(doc, fields)).to.deep.equal(expected)
    })
  }

  it('are refused when two fields go through different arrays', () => {
    expect(() => indexTuples({ a: [1], b: [2] }, ['a', 'b']))
      .to.throw('cannot index parallel arrays [b] [a]')
      .with.property('code', 171)
    expect(() => indexTuples({ a: [{ b: [1], c: [2] }] }, ['a.b', 'a.c']))
      .to.throw()
      .with.property('code', 171)
  })
})
