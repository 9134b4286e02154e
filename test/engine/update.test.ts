import { Decimal128, Double, Int32, Long, ObjectId, serialize, Timestamp } from 'bson'
import { expect } from 'chai'
import fc from 'fast-check'
import { compileUpdate, upsertSeed } from '../../packages/embedded-mongo/src/query/update.ts'
import { decode, encode } from '../../packages/embedded-mongo/src/values/codec.ts'

type Doc = Record<string, unknown>

/** As a document arrives over the wire. */
const wire = (doc: Doc): Doc => decode(serialize(doc, { ignoreUndefined: false }))

const frozen = <Value>(value: Value): Value => {
  if (Array.isArray(value)) value.forEach(frozen)
  else if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    Object.values(value).forEach(frozen)
  } else return value
  return Object.freeze(value)
}

type Options = { arrayFilters?: Doc[]; positional?: number; isInsert?: boolean }

const updated = (doc: Doc, update: Doc | Doc[], { arrayFilters, positional, isInsert = false }: Options = {}): Doc => {
  const compiled = Array.isArray(update) ? update.map(wire) : wire(update)
  const updater = compileUpdate(compiled, { arrayFilters: arrayFilters?.map(wire) })
  return updater.apply(frozen(wire(doc)), { positional, isInsert })
}

const bytes = (doc: Doc) => Buffer.from(encode(doc)).toString('hex')
const long = (text: string) => Long.fromString(text)
const decimal = (text: string) => Decimal128.fromString(text)

type Case = readonly [doc: Doc, update: Doc | Doc[], result: Doc, options?: Options]

const tables: Record<string, readonly Case[]> = {
  $set: [
    [{ _id: 1 }, { $set: { a: 1 } }, { _id: 1, a: 1 }],
    [{ a: 1, b: 2 }, { $set: { a: 3 } }, { a: 3, b: 2 }],
    [{}, { $set: { 'a.b.c': 1 } }, { a: { b: { c: 1 } } }],
    [{ a: { x: 1 } }, { $set: { 'a.b': 1 } }, { a: { x: 1, b: 1 } }],
    [{ a: [1, 2] }, { $set: { 'a.1': 5 } }, { a: [1, 5] }],
    [{ a: [1] }, { $set: { 'a.3': 5 } }, { a: [1, null, null, 5] }],
    [{ a: [{ b: 1 }] }, { $set: { 'a.0.b': 2, 'a.1.b': 3 } }, { a: [{ b: 2 }, { b: 3 }] }],
    [{}, { $set: { 'a.0': 1 } }, { a: { 0: 1 } }],
    [{}, { $set: { b: 1, a: 2 } }, { a: 2, b: 1 }],
    [{}, { $set: { a: new Double(1) } }, { a: new Double(1) }],
    [{ a: 1 }, { $set: { a: new Double(1) } }, { a: new Double(1) }],
    [{ a: 1 }, { $set: {} }, { a: 1 }],
    [{}, { $set: { a: { $x: 1, 'y.z': 2 } } }, { a: { $x: 1, 'y.z': 2 } }],
  ],
  $setOnInsert: [
    [{ a: 1 }, { $setOnInsert: { b: 1 } }, { a: 1 }],
    [{ a: 1 }, { $setOnInsert: { b: 1 }, $set: { c: 1 } }, { a: 1, b: 1, c: 1 }, { isInsert: true }],
    [{ a: 1 }, { $setOnInsert: { _id: 7 } }, { _id: 7, a: 1 }, { isInsert: true }],
  ],
  $unset: [
    [{ a: 1, b: 2 }, { $unset: { a: '' } }, { b: 2 }],
    [{ a: { b: 1, c: 2 } }, { $unset: { 'a.b': 1 } }, { a: { c: 2 } }],
    [{ a: [1, 2, 3] }, { $unset: { 'a.1': 1 } }, { a: [1, null, 3] }],
    [{ a: 1 }, { $unset: { 'a.b': 1, c: 1, 'd.e': 1 } }, { a: 1 }],
  ],
  $inc: [
    [{ a: 1 }, { $inc: { a: 2 } }, { a: 3 }],
    [{}, { $inc: { a: 2 } }, { a: 2 }],
    [{ a: 2147483647 }, { $inc: { a: 1 } }, { a: Long.fromNumber(2147483648) }],
    [{ a: Long.fromNumber(1) }, { $inc: { a: 1 } }, { a: Long.fromNumber(2) }],
    [{ a: long('9007199254740993') }, { $inc: { a: 2 } }, { a: long('9007199254740995') }],
    [{ a: 1 }, { $inc: { a: 0.5 } }, { a: new Double(1.5) }],
    [{ a: new Double(1) }, { $inc: { a: 1 } }, { a: new Double(2) }],
    [{ a: Long.fromNumber(1) }, { $inc: { a: new Double(1) } }, { a: new Double(2) }],
    [{ a: decimal('0.1') }, { $inc: { a: 1 } }, { a: decimal('1.1') }],
    [{ a: decimal('1') }, { $inc: { a: 0.1 } }, { a: decimal('1.100000000000000') }],
    [{ a: -2147483648 }, { $inc: { a: -1 } }, { a: Long.fromNumber(-2147483649) }],
    [{ a: { b: [1] } }, { $inc: { 'a.b.0': 1 } }, { a: { b: [2] } }],
  ],
  $mul: [
    [{ a: 3 }, { $mul: { a: 2 } }, { a: 6 }],
    [{}, { $mul: { a: 2 } }, { a: 0 }],
    [{}, { $mul: { a: Long.fromNumber(2) } }, { a: Long.ZERO }],
    [{ a: 100000 }, { $mul: { a: 100000 } }, { a: Long.fromNumber(10000000000) }],
    [{ a: decimal('1.5') }, { $mul: { a: 2 } }, { a: decimal('3.0') }],
  ],
  '$min and $max': [
    [{ a: 5 }, { $min: { a: 3 } }, { a: 3 }],
    [{ a: 5 }, { $min: { a: 7 } }, { a: 5 }],
    [{ a: 5 }, { $max: { a: 7 }, $min: { b: 1 } }, { a: 7, b: 1 }],
    [{ a: 5 }, { $max: { a: 'x' } }, { a: 'x' }],
    [{ a: 5 }, { $max: { a: new Double(5) } }, { a: 5 }],
  ],
  $rename: [
    [{ a: 1, b: 2 }, { $rename: { a: 'c' } }, { b: 2, c: 1 }],
    [{ a: { b: 1 } }, { $rename: { 'a.b': 'c.d' } }, { a: {}, c: { d: 1 } }],
    [{ a: 1, b: 2 }, { $rename: { a: 'b' } }, { b: 1 }],
    [{ a: 1 }, { $rename: { x: 'y' } }, { a: 1 }],
  ],
  $push: [
    [{}, { $push: { a: 1 } }, { a: [1] }],
    [{ a: [1] }, { $push: { a: [2] } }, { a: [1, [2]] }],
    [{ a: [1] }, { $push: { a: { $each: [2, 3] } } }, { a: [1, 2, 3] }],
    [{ a: [1] }, { $push: { a: { $each: [2, 3], $position: 0 } } }, { a: [2, 3, 1] }],
    [{ a: [1, 2] }, { $push: { a: { $each: [9], $position: -1 } } }, { a: [1, 9, 2] }],
    [{ a: [3, 1] }, { $push: { a: { $each: [2], $sort: 1 } } }, { a: [1, 2, 3] }],
    [{ a: [3, 1] }, { $push: { a: { $each: [2], $sort: -1, $slice: 2 } } }, { a: [3, 2] }],
    [{ a: [1, 2] }, { $push: { a: { $each: [3], $slice: -2 } } }, { a: [2, 3] }],
    [{ a: [1, 2] }, { $push: { a: { $each: [], $slice: 0 } } }, { a: [] }],
    [
      { a: [{ s: 2 }, { s: 1 }] },
      { $push: { a: { $each: [{ s: 0 }], $sort: { s: 1 } } } },
      { a: [{ s: 0 }, { s: 1 }, { s: 2 }] },
    ],
    [{ a: [{ b: [1] }] }, { $push: { 'a.0.b': 2 } }, { a: [{ b: [1, 2] }] }],
  ],
  $addToSet: [
    [{ a: [1] }, { $addToSet: { a: 2 } }, { a: [1, 2] }],
    [{ a: [1] }, { $addToSet: { a: new Double(1) } }, { a: [1] }],
    [
      { a: [{ x: 1, y: 2 }] },
      { $addToSet: { a: { y: 2, x: 1 } } },
      {
        a: [
          { x: 1, y: 2 },
          { y: 2, x: 1 },
        ],
      },
    ],
    [{}, { $addToSet: { a: { $each: [1, 2, 1] } } }, { a: [1, 2] }],
    [{ a: [1] }, { $addToSet: { a: [1] } }, { a: [1, [1]] }],
  ],
  '$pop, $pull and $pullAll': [
    [{ a: [1, 2, 3] }, { $pop: { a: 1 } }, { a: [1, 2] }],
    [{ a: [1, 2, 3] }, { $pop: { a: -1 } }, { a: [2, 3] }],
    [{ a: [] }, { $pop: { a: 1, b: 1 } }, { a: [] }],
    [{ a: [1, 2, 1] }, { $pull: { a: 1 } }, { a: [2] }],
    [{ a: [1, 5, 9] }, { $pull: { a: { $gte: 5 } } }, { a: [1] }],
    [{ a: [1, 5, 9] }, { $pull: { a: { $in: [1, 9] } } }, { a: [5] }],
    [{ a: ['ab', 'b', 1] }, { $pull: { a: /^a/ } }, { a: ['b', 1] }],
    [{ a: [{ x: 1, y: 2 }, { x: 2 }, 3] }, { $pull: { a: { x: 1 } } }, { a: [{ x: 2 }, 3] }],
    [{ a: [{ x: [1, 2] }, { x: [3] }] }, { $pull: { a: { x: { $elemMatch: { $gt: 2 } } } } }, { a: [{ x: [1, 2] }] }],
    [{ a: [[1, 2], 3] }, { $pull: { a: [1, 2] } }, { a: [3] }],
    [{ a: [1, 2, 3] }, { $pullAll: { a: [1, new Double(3)] } }, { a: [2] }],
    [{}, { $pull: { a: 1, 'b.c': 1 }, $pullAll: { d: [1] } }, {}],
  ],
  $bit: [
    [{ a: 13 }, { $bit: { a: { and: 10 } } }, { a: 8 }],
    [{ a: 3 }, { $bit: { a: { or: 8, xor: 1 } } }, { a: 10 }],
    [{ a: Long.fromNumber(1) }, { $bit: { a: { or: 2 } } }, { a: Long.fromNumber(3) }],
    [{}, { $bit: { a: { or: 2 } } }, { a: 2 }],
  ],
  'the positional operators': [
    [{ a: [1, 2, 3] }, { $set: { 'a.$': 9 } }, { a: [1, 9, 3] }, { positional: 1 }],
    [{ a: [{ b: 1 }] }, { $inc: { 'a.$.b': 1 } }, { a: [{ b: 2 }] }, { positional: 0 }],
    [{ a: [1, 2] }, { $inc: { 'a.$[]': 1 } }, { a: [2, 3] }],
    [{ a: [{ b: [1, 2] }, { b: [3] }] }, { $mul: { 'a.$[].b.$[]': 2 } }, { a: [{ b: [2, 4] }, { b: [6] }] }],
    [{ a: [1, 5, 9] }, { $set: { 'a.$[x]': 0 } }, { a: [1, 0, 0] }, { arrayFilters: [{ x: { $gte: 5 } }] }],
    [
      {
        a: [
          { k: 1, v: 1 },
          { k: 2, v: 1 },
        ],
      },
      { $inc: { 'a.$[e].v': 1 } },
      {
        a: [
          { k: 1, v: 1 },
          { k: 2, v: 2 },
        ],
      },
      { arrayFilters: [{ 'e.k': 2, 'e.v': { $lt: 5 } }] },
    ],
    [{ a: [1, 2, 3] }, { $set: { 'a.$[x]': 0 } }, { a: [0, 2, 0] }, { arrayFilters: [{ $or: [{ x: 1 }, { x: 3 }] }] }],
    [{ a: [1, 2] }, { $unset: { 'a.$[]': 1 } }, { a: [null, null] }],
    [{ a: [] }, { $set: { 'a.$[]': 1 } }, { a: [] }],
  ],
  replacements: [
    [{ _id: 1, a: 1 }, { b: 2 }, { _id: 1, b: 2 }],
    [{ _id: 1, a: 1 }, {}, { _id: 1 }],
    [
      { _id: 1, a: 1 },
      { _id: 1, b: 2 },
      { _id: 1, b: 2 },
    ],
    [{ _id: 1, a: 1 }, { b: 2 }, { _id: 1, b: 2 }, { isInsert: true }],
    [{ a: 1 }, { b: 2, _id: 5 }, { _id: 5, b: 2 }, { isInsert: true }],
  ],
  pipelines: [
    [{ _id: 1, a: 1 }, [{ $set: { b: { $add: ['$a', 1] } } }, { $unset: 'a' }], { _id: 1, b: 2 }],
    [{ _id: 1, a: { x: 1 } }, [{ $replaceWith: '$a' }], { _id: 1, x: 1 }],
    [{ _id: 1, a: 1 }, [{ $set: { a: '$a' } }], { _id: 1, a: 1 }],
    [{ _id: 1, a: 1 }, [{ $project: { a: 1 } }, { $addFields: { 'c.d': '$$ROOT.a' } }], { _id: 1, a: 1, c: { d: 1 } }],
  ],
  'fields with awkward names': [
    [JSON.parse('{"__proto__": {"x": 1}}'), { $set: { a: 1 } }, JSON.parse('{"__proto__": {"x": 1}, "a": 1}')],
    [{}, { $set: JSON.parse('{"__proto__.isAdmin": true}') }, JSON.parse('{"__proto__": {"isAdmin": true}}')],
    [{}, { $inc: { 'constructor.prototype.x': 1 } }, { constructor: { prototype: { x: 1 } } }],
  ],
}

describe('an update', () => {
  for (const [title, cases] of Object.entries(tables)) {
    describe(`by ${title}`, () => {
      for (const [doc, update, result, options] of cases) {
        it(`makes of ${JSON.stringify(doc)} by ${JSON.stringify(update)} ${JSON.stringify(result)}`, () => {
          expect(bytes(updated(doc, update, options))).to.equal(bytes(wire(result)))
        })
      }
    })
  }

  it('sets the time by the clock it is given', () => {
    const now = () => new Date(5000)
    const update = wire({ $currentDate: { a: true, b: { $type: 'timestamp' }, c: { $type: 'date' } } })
    const result = compileUpdate(update, { now }).apply({}, { isInsert: false })
    expect(result).to.deep.equal({ a: new Date(5000), b: new Timestamp({ t: 5, i: 1 }), c: new Date(5000) })
  })

  const unchanged: [doc: Doc, update: Doc][] = [
    [{ a: 1 }, { $set: { a: 1 } }],
    [{ a: { b: [1, { c: 2 }] } }, { $set: { a: { b: [1, { c: 2 }] } } }],
    [{ a: 1 }, { $unset: { b: 1 } }],
    [{ a: 1 }, { $inc: { a: 0 } }],
    [{ a: 1 }, { $max: { a: 0 } }],
    [{ a: [1] }, { $addToSet: { a: 1 } }],
    [{ a: [1] }, { $pull: { a: 2 } }],
    [{ a: [1] }, { $push: { a: { $each: [] } } }],
    [{ a: [1, 1] }, { $set: { 'a.$[]': 1 } }],
    [{ _id: 1, a: 1 }, { a: 1 }],
    [{ a: 1 }, { $setOnInsert: { b: 1 } }],
  ]
  for (const [doc, update] of unchanged) {
    it(`gives back the very document when ${JSON.stringify(update)} changes nothing`, () => {
      const before = wire(doc)
      expect(compileUpdate(wire(update)).apply(before, { isInsert: false })).to.equal(before)
    })
  }

  it('leaves the document it is given as it was', () => {
    const paths = fc.constantFrom('a', 'a.b', 'a.0', 'a.b.0', 'b')
    const values = fc.oneof(fc.integer(), fc.constantFrom([1, 2], { b: [1] }, 'x'))
    const operators = fc.constantFrom('$set', '$push', '$addToSet', '$min', '$max', '$pull', '$unset')
    fc.assert(
      fc.property(operators, paths, values, values, (operator, path, value, initial) => {
        const doc = frozen(wire({ _id: 1, a: initial, b: [1, { c: 1 }] }))
        const before = bytes(doc)
        try {
          compileUpdate(wire({ [operator]: { [path]: value } })).apply(doc, { isInsert: false })
        } catch (error) {
          expect(error).to.have.property('codeName')
        }
        expect(bytes(doc)).to.equal(before)
      }),
    )
  })

  const refusals: [doc: Doc, update: Doc | Doc[], code: number, message: string, options?: Options][] = [
    [{}, { $foo: { a: 1 } }, 9, 'Unknown modifier: $foo. Expected a valid update modifier or pipeline-style'],
    [{}, { $set: { a: 1 }, b: 1 }, 9, 'Unknown modifier: b'],
    [{}, { $set: 1 }, 9, 'Modifiers operate on fields but we found type int instead'],
    [{}, { a: 1, $set: { b: 1 } }, 52, "The dollar ($) prefixed field '$set' in '$set' is not allowed in the context"],
    [{}, { $set: { a: 1, 'a.b': 2 } }, 40, "Updating the path 'a.b' would create a conflict at 'a'"],
    [{}, { $set: { 'a.b': 1 }, $inc: { a: 2 } }, 40, "Updating the path 'a' would create a conflict at 'a'"],
    [{}, { $set: { a: 1 }, $unset: { a: 1 } }, 40, "Updating the path 'a' would create a conflict at 'a'"],
    [{}, { $set: { a: 1 }, $rename: { b: 'a' } }, 40, "Updating the path 'a' would create a conflict at 'a'"],
    [{ a: [1] }, { $set: { 'a.$': 1, 'a.0': 2 } }, 40, "would create a conflict at 'a.0'", { positional: 0 }],
    [{ _id: 1 }, { $set: { _id: 2 } }, 66, "Performing an update on the path '_id' would modify the immutable field"],
    [{ _id: 1 }, { $unset: { _id: 1 } }, 66, 'immutable field'],
    [{ _id: { a: 1 } }, { $set: { '_id.a': 2 } }, 66, 'immutable field'],
    [{ _id: 1 }, { _id: 2 }, 66, "the (immutable) field '_id' was found to have been altered to _id: 2"],
    [{ _id: 1 }, [{ $set: { _id: 2 } }], 66, 'immutable field'],
    [{ _id: 1, a: 5 }, { $set: { 'a.b': 1 } }, 28, "Cannot create field 'b' in element {a: 5}"],
    [{ _id: 1, a: [1] }, { $set: { 'a.b': 1 } }, 28, "Cannot create field 'b' in element {a: [ 1 ]}"],
    [{ a: null }, { $inc: { 'a.b': 1 } }, 28, "Cannot create field 'b' in element {a: null}"],
    [{ a: 3 }, { $rename: { 'a.b': 'c' } }, 28, 'Cannot use the part (b) of (a.b) to traverse the element'],
    [
      { _id: 1, a: 'x' },
      { $inc: { a: 1 } },
      14,
      "Cannot apply $inc to a value of non-numeric type. {_id: 1} has the field 'a' of non-numeric type string",
    ],
    [{}, { $inc: { a: 'x' } }, 14, 'Cannot increment with non-numeric argument: {a: "x"}'],
    [{ a: null }, { $mul: { a: 1 } }, 14, 'Cannot apply $mul to a value of non-numeric type'],
    [{ _id: 1, a: Long.MAX_VALUE }, { $inc: { a: 1 } }, 2, 'Failed to apply $inc operations to current value'],
    [
      { _id: 1, a: 1 },
      { $push: { a: 1 } },
      2,
      "The field 'a' must be an array but is of type int in document {_id: 1}",
    ],
    [{}, { $push: { a: { $each: 1 } } }, 2, 'The argument to $each in $push must be an array but it was of type: int'],
    [{}, { $push: { a: { $each: [], $foo: 1 } } }, 2, 'Unrecognized clause in $push: $foo'],
    [{ a: 1 }, { $addToSet: { a: 1 } }, 2, 'Cannot apply $addToSet to non-array field'],
    [{ a: 1 }, { $pop: { a: 1 } }, 14, "Path 'a' contains an element of non-array type 'int'"],
    [{}, { $pop: { a: 2 } }, 9, '$pop expects 1 or -1, found: 2'],
    [{ a: 1 }, { $pull: { a: 1 } }, 2, 'Cannot apply $pull to a non-array value'],
    [{}, { $pullAll: { a: 1 } }, 2, '$pullAll requires an array argument but was given a int'],
    [{}, { $rename: { a: 'a' } }, 2, 'The source and target field for $rename must differ'],
    [{}, { $rename: { a: 1 } }, 2, "The 'to' field for $rename must be a string"],
    [{ a: [{ b: 1 }] }, { $rename: { 'a.0.b': 'c' } }, 2, 'The source field cannot be an array element'],
    [{ a: 'x' }, { $bit: { a: { or: 1 } } }, 2, 'Cannot apply $bit to a value of non-integral type'],
    [{ a: [1] }, { $set: { 'a.$': 1 } }, 2, 'The positional operator did not find the match needed from the query.'],
    [{ a: [1] }, { $set: { 'a.$[x]': 1 } }, 2, "No array filter found for identifier 'x' in path 'a.$[x]'"],
    [{}, { $set: { 'a.$[]': 1 } }, 2, "The path 'a' must exist in the document in order to apply array updates."],
    [{ a: 1 }, { $set: { 'a.$[]': 1 } }, 2, 'Cannot apply array updates to non-array element a: 1'],
    [
      {},
      { $set: { a: 1 } },
      9,
      "The array filter for identifier 'x' was not used in the update",
      { arrayFilters: [{ x: 1 }] },
    ],
    [{}, { $set: { 'a.$[x]': 1 } }, 9, 'Expected a single top-level field name', { arrayFilters: [{ x: 1, y: 1 }] }],
    [
      {},
      { $set: { 'a.$[x]': 1 } },
      9,
      'Found multiple array filters with the same top-level field name x',
      { arrayFilters: [{ x: 1 }, { x: 2 }] },
    ],
    [{}, { $set: { '': 1 } }, 56, 'An empty update path is not valid.'],
    [{}, { $set: { 'a.': 1 } }, 56, "The update path 'a.' contains an empty field name"],
    [{}, { $set: { 'a.$b': 1 } }, 52, "The dollar ($) prefixed field '$b' in 'a.$b' is not allowed for storage."],
    [{ a: [] }, { $set: { 'a.2000000': 1 } }, 2, "can't backfill more than 1500000 elements"],
    [{}, [{ $match: {} }], 72, '$match is not allowed to be used within an update'],
  ]
  for (const [doc, update, code, message, options] of refusals) {
    it(`of ${JSON.stringify(doc)} by ${JSON.stringify(update)} is refused with ${code}`, () => {
      expect(() => updated(doc, update, options))
        .to.throw(message)
        .with.property('code', code)
    })
  }

  it('tells whether it replaces, and whether it needs the position of the match', () => {
    expect(compileUpdate({ a: 1 })).to.include({ isReplacement: true, needsPosition: false })
    expect(compileUpdate({ $set: { a: 1 } })).to.include({ isReplacement: false, needsPosition: false })
    expect(compileUpdate({ $set: { 'a.$.b': 1 } })).to.include({ isReplacement: false, needsPosition: true })
  })
})

describe('the document from which an upsert starts', () => {
  const id = new ObjectId()
  const cases: [filter: Doc, seed: Doc][] = [
    [{}, {}],
    [
      { _id: id, a: 1 },
      { _id: id, a: 1 },
    ],
    [{ a: { $eq: 1 }, b: { $gt: 1 }, c: { $ne: 1 } }, { a: 1 }],
    [{ $and: [{ a: 1 }, { $and: [{ 'b.c': 2 }] }] }, { a: 1, b: { c: 2 } }],
    [{ $or: [{ a: 1 }] }, { a: 1 }],
    [{ $or: [{ a: 1 }, { b: 1 }] }, {}],
    [{ $nor: [{ a: 1 }] }, {}],
    [
      { a: { $in: [1] }, b: { $in: [1, 2] }, c: { $all: [3] } },
      { a: 1, c: 3 },
    ],
    [{ a: /x/ }, {}],
    [
      { a: { x: 1 }, b: null },
      { a: { x: 1 }, b: null },
    ],
    [{ 'a.b': 1, 'a.c': 2 }, { a: { b: 1, c: 2 } }],
  ]
  for (const [filter, seed] of cases) {
    it(`is ${JSON.stringify(seed)} for ${JSON.stringify(filter)}`, () => {
      expect(upsertSeed(wire(filter))).to.deep.equal(wire(seed))
    })
  }

  it('is refused when the filter gives a field twice', () => {
    expect(() => upsertSeed({ $and: [{ a: 1 }, { a: 2 }] }))
      .to.throw("cannot infer query fields to set, path 'a' is matched twice")
      .with.property('code', 54)
    expect(() => upsertSeed({ a: { b: 1 }, 'a.b': 1 }))
      .to.throw()
      .with.property('code', 54)
  })

  it('counts as the first version of the document, whose _id comes first', () => {
    const seed = upsertSeed({ a: new Int32(1), _id: 7 })
    const result = compileUpdate({ $set: { b: 1 } }).apply(seed, { isInsert: true })
    expect(Object.keys(result)).to.deep.equal(['_id', 'a', 'b'])
  })
})
