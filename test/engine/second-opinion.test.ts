import { BSONRegExp, Decimal128, type Document, Double, EJSON, Int32, Long, ObjectId, Timestamp } from 'bson'
import { expect } from 'chai'
import { refusal, useEngine } from './running-engine.ts'

const decimal = (text: string): Decimal128 => Decimal128.fromString(text)
const double = (value: number): Double => new Double(value)
const long = (value: number): Long => Long.fromNumber(value)
const id = new ObjectId('650000000000000000000001')
const day = 86_400_000

/** As the differential test found them: what was answered otherwise than MongoDB does. */
describe('what a second opinion has taught the embedded engine', () => {
  const { collection, db } = useEngine()
  const exactly = { promoteValues: false, promoteLongs: false } as const
  const text = (value: unknown): string => EJSON.stringify(value, { relaxed: false })

  const updates: Record<
    string,
    [before: Document | undefined, filter: Document, update: Document | Document[], after: Document]
  > = {
    'makes the missing factor of $mul NaN where the number is infinite': [
      { _id: 1 },
      { _id: 1 },
      { $mul: { a: double(Number.NaN), b: double(Number.POSITIVE_INFINITY), c: double(-1) } },
      { _id: 1, a: double(Number.NaN), b: double(Number.NaN), c: double(-0) },
    ],
    'keeps the written digits of decimals': [
      { _id: 1, a: decimal('0.30'), c: decimal('-0') },
      { _id: 1 },
      { $inc: { a: 1, c: decimal('-0') }, $mul: { b: decimal('-0.30') } },
      { _id: 1, a: decimal('1.30'), c: decimal('-0'), b: decimal('-0.00') },
    ],
    'gives a double among decimals its fifteen digits': [
      { _id: 1, a: double(-1), b: double(0) },
      { _id: 1 },
      { $mul: { a: decimal('1'), b: decimal('1') } },
      { _id: 1, a: decimal('-1.00000000000000'), b: decimal('0') },
    ],
    'puts the _id of an upsert first, though nothing else changes': [
      undefined,
      { a: [], _id: 7 },
      { $pull: { a: 1 } },
      { _id: 7, a: [] },
    ],
    'puts it first by a pipeline too': [undefined, { a: 1, _id: 7 }, [{ $set: { a: 1 } }], { _id: 7, a: 1 }],
    'makes the fields of an upsert in the order of their paths': [
      undefined,
      { 'b.a': 1, a: 2, _id: 7 },
      { $set: { c: 3 } },
      { _id: 7, a: 2, b: { a: 1 }, c: 3 },
    ],
    'renames nothing where there is no such element': [
      { _id: 1, a: [] },
      { _id: 1 },
      { $rename: { 'a.0.b': 'c' } },
      { _id: 1, a: [] },
    ],
    'makes the array of the positional $ where it is missing': [
      { _id: 1, b: [5] },
      { b: 5 },
      { $set: { 'a.$': 1 } },
      { _id: 1, b: [5], a: { 0: 1 } },
    ],
  }
  for (const [title, [before, q, u, after]] of Object.entries(updates)) {
    it(title, async () => {
      if (before) await db().command({ insert: 'things', documents: [before] })
      const reply = await db().command({ update: 'things', updates: [{ q, u, upsert: true }] })
      expect(reply.writeErrors).to.equal(undefined)
      const [found] = await collection().find({}, exactly).toArray()
      expect(text(found)).to.equal(text(withInts(after)))
    })
  }

  const mistakes: Record<string, [before: Document, filter: Document, update: Document, code: number]> = {
    'a filter that equals a field to two values by $all': [{ _id: 1 }, { a: { $all: [1, 2] } }, { $set: { b: 1 } }, 54],
    'a $rename onto its own path': [{ _id: 1, a: 1 }, { _id: 1 }, { $rename: { a: 'a.b' } }, 2],
    'a $rename from below an array': [{ _id: 1, a: [] }, { _id: 1 }, { $rename: { 'a.b': 'c' } }, 28],
    'a $rename of an element': [{ _id: 1, a: [1] }, { _id: 1 }, { $rename: { 'a.0': 'c' } }, 2],
    'a $rename into an array': [{ _id: 1, a: [], c: 1 }, { _id: 1 }, { $rename: { c: 'a.b' } }, 2],
    'a $rename into a number': [{ _id: 1, a: 1, c: 1 }, { _id: 1 }, { $rename: { c: 'a.b' } }, 28],
    'a selection of elements that no array can hold': [{ _id: 1, a: [] }, { _id: 1 }, { $set: { 'a.b.$[]': 1 } }, 2],
    'a selection of elements below a number': [{ _id: 1, a: 1 }, { _id: 1 }, { $set: { 'a.b.$[]': 1 } }, 2],
    'bits of a timestamp': [{ _id: 1, a: new Timestamp({ t: 1, i: 1 }) }, { _id: 1 }, { $bit: { a: { and: 1 } } }, 2],
    'a timestamp among bits': [
      { _id: 1, a: 1 },
      { _id: 1 },
      { $bit: { a: { and: new Timestamp({ t: 1, i: 1 }) } } },
      2,
    ],
    'an upsert whose _id is an array': [{ _id: 1 }, { _id: [] }, { $set: { a: 1 } }, 53],
  }
  for (const [title, [before, q, u, code]] of Object.entries(mistakes)) {
    it(`refuses ${title}`, async () => {
      await db().command({ insert: 'things', documents: [before] })
      const { writeErrors } = await db().command({ update: 'things', updates: [{ q, u, upsert: true }] })
      expect(writeErrors[0].code).to.equal(code)
    })
  }

  it('refuses ids that cannot be, with the codes of an insert', async () => {
    const ids = [[], new BSONRegExp('a', ''), { $x: 1 }, { a: [{ $x: 1 }] }, { $ref: 'people', $id: id }]
    const codes = await Promise.all(
      ids.map(async (_id) => {
        const { writeErrors } = await db().command({ insert: 'things', documents: [{ _id }] })
        return writeErrors?.[0].code
      }),
    )
    expect(codes).to.deep.equal([2, 2, 52, 52, undefined])
  })

  const computed: Record<string, [expression: unknown, result: unknown]> = {
    'a date and a number of milliseconds': [{ $add: ['$at', day] }, new Date(day + 5)],
    'a number and a date': [{ $add: [1, '$at'] }, new Date(6)],
    'the milliseconds between two dates': [{ $subtract: ['$at', new Date(1)] }, long(4)],
    'a date before another': [{ $subtract: ['$at', day] }, new Date(5 - day)],
    'null of what is not there, before what is wrong': [{ $add: ['$nothing', 'x'] }, null],
    'null of concatenated arrays': [{ $concatArrays: ['$nothing', 1] }, null],
  }
  for (const [title, [expression, result]] of Object.entries(computed)) {
    it(`computes ${title}`, async () => {
      await collection().insertOne({ _id: 1, at: new Date(5) })
      const pipeline = [{ $project: { result: expression, _id: false } }]
      const [found] = await collection().aggregate(pipeline, exactly).toArray()
      expect(text(found)).to.equal(text({ result }))
    })
  }

  const pipelines: Record<string, [pipeline: Document[], code: number]> = {
    'two dates in a sum': [[{ $project: { a: { $add: ['$at', '$at'] } } }], 16612],
    'what is wrong before what is not there': [[{ $project: { a: { $concatArrays: [1, '$nothing'] } } }], 28664],
    'text without a $ to count by': [[{ $sortByCount: 'a' }], 40148],
    'a number to count by': [[{ $sortByCount: 1 }], 40149],
    'a document that is no expression to count by': [[{ $sortByCount: { a: '$a' } }], 40147],
    'a constant that cannot be computed, though there is no document for it': [
      [{ $match: { a: 99 } }, { $project: { a: { $subtract: [true, 1] } } }],
      14,
    ],
  }
  for (const [title, [pipeline, code]] of Object.entries(pipelines)) {
    it(`refuses ${title}`, async () => {
      await collection().insertOne({ _id: 1, at: new Date(5) })
      expect((await refusal(collection().aggregate(pipeline).toArray())).code).to.equal(code)
    })
  }

  it('divides decimals for $avg, exactly or to 34 digits', async () => {
    const averageOf = async (...values: Decimal128[]) => {
      await collection().deleteMany({})
      await collection().insertMany(values.map((value, _id) => ({ _id, value })))
      const [{ average }] = (await collection()
        .aggregate([{ $group: { _id: null, average: { $avg: '$value' } } }])
        .toArray()) as [Document]
      return String(average)
    }
    expect(await averageOf(decimal('1.0'), decimal('2.0'))).to.equal('1.5')
    expect(await averageOf(decimal('0.5'), decimal('0'))).to.equal('0.25')
    expect(await averageOf(decimal('1'), decimal('1'), decimal('-4'))).to.equal('-0.6666666666666666666666666666666667')
    expect(await averageOf(decimal('NaN'), decimal('1'))).to.equal('NaN')
  })

  it('meets no lock with an update that changes nothing, and takes none', async () => {
    await collection().insertOne({ _id: 1, a: 1 })
    const [one, other] = [db().client.startSession(), db().client.startSession()]
    one.startTransaction()
    other.startTransaction()
    await collection().updateOne({ _id: 1 }, { $set: { a: 1 } }, { session: one })
    await collection().updateOne({ _id: 1 }, { $set: { a: 2 } }, { session: other })
    await collection().updateOne({ _id: 1 }, { $set: { a: 1 } }, { session: one })
    await Promise.all([one.commitTransaction(), other.commitTransaction()])
    await Promise.all([one.endSession(), other.endSession()])
    expect(await collection().findOne()).to.deep.equal({ _id: 1, a: 2 })
  })
})

/** As the driver would send them. */
const withInts = (value: unknown): unknown => {
  if (typeof value === 'number') return new Int32(value)
  if (Array.isArray(value)) return value.map(withInts)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withInts(inner)]))
}
