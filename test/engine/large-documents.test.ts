import { expect } from 'chai'
import { refusal, useEngine } from './running-engine.ts'

/** What becomes larger than the buffer that bson writes into, which cuts it off without a word. */
describe('more than a document holds', () => {
  const { collection, db } = useEngine()
  const tooLarge = 10334
  const text = 'x'.repeat(10_000_000)

  it('is refused where a pipeline makes it', async () => {
    await collection().insertOne({ _id: 1, a: text })
    const pipelines = [
      [{ $addFields: { b: '$a' } }],
      [{ $group: { _id: null, all: { $push: { a: '$a', b: '$a' } } } }],
      [{ $group: { _id: null, first: { $first: '$a' }, all: { $push: '$a' } } }],
    ]
    for (const pipeline of pipelines) {
      expect((await refusal(collection().aggregate(pipeline).toArray())).code).to.equal(tooLarge)
    }
    expect((await refusal(collection().updateOne({}, [{ $set: { b: '$a' } }]))).code).to.equal(tooLarge)
    expect(await collection().countDocuments({ b: { $exists: true } })).to.equal(0)
  })

  it('is no event of a change stream', async () => {
    await collection().insertOne({ _id: 1 })
    const stream = collection().watch([], { fullDocument: 'updateLookup' })
    await stream.tryNext()
    await collection().updateOne({ _id: 1 }, { $set: { a: text } })
    expect((await refusal(stream.next())).code).to.equal(tooLarge)
    await stream.close()
  })

  it('is no description of a change, though the document holds it', async () => {
    const fields = (value: number): object =>
      Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`f${n}`, value + n]))
    const name = 'a'.repeat(10_000)
    await collection().insertOne({ _id: 1, [name]: fields(0) })
    const changed = [{ $replaceWith: { _id: 1, [name]: fields(1) } }]
    expect((await refusal(collection().updateOne({}, changed))).code).to.equal(tooLarge)
    expect(await collection().countDocuments({ [`${name}.f0`]: 0 })).to.equal(1)
    const event = collection().watch()
    await event.tryNext()
    await collection().insertOne({ _id: 2 })
    expect((await event.next()).operationType).to.equal('insert')
    await event.close()
  })

  it('are the errors of a large write, all of which are told', async () => {
    const documents = Array.from({ length: 20_000 }, () => ({ _id: 'k'.repeat(500) }))
    const { n, writeErrors } = await db().command({ insert: 'things', documents, ordered: false })
    expect([n, writeErrors.length]).to.deep.equal([1, 19_999])
    expect(writeErrors[19_998]).to.include({ index: 19_999, code: 11000 })
    expect(writeErrors[0].errmsg).to.match(/E11000/)
  })
})
