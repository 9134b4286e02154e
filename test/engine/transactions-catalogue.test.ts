import { expect } from 'chai'
import type { ClientSession } from 'mongodb'
import { refusal, useEngine } from './running-engine.ts'

describe('collections and indexes that a transaction of the embedded engine makes', () => {
  const { collection, db, client, restart } = useEngine()

  const begun = (): ClientSession => {
    const session = client().startSession()
    session.startTransaction()
    return session
  }

  const names = async (): Promise<readonly string[]> =>
    (await db().listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name)

  it('are there with its commit, documents and index entries with them, and stay', async () => {
    const session = begun()
    await db().createCollection('made', { session })
    await collection('made').createIndex({ a: 1 }, { unique: true, session })
    await collection('made').insertOne({ _id: 1, a: [1, 2] }, { session })
    await collection('implied').insertOne({ _id: 1 }, { session })
    expect(await names()).to.deep.equal([])
    expect(await collection('made').findOne({ a: 2 }, { session })).to.deep.equal({ _id: 1, a: [1, 2] })
    await session.commitTransaction()
    await session.endSession()
    expect(await names()).to.have.members(['made', 'implied'])
    expect((await refusal(collection('made').insertOne({ _id: 2, a: 2 }))).code).to.equal(11000)
    await restart()
    expect((await refusal(collection('made').insertOne({ _id: 2, a: 2 }))).code).to.equal(11000)
    expect(await collection('made').find({ a: 2 }).toArray()).to.deep.equal([{ _id: 1, a: [1, 2] }])
    expect((await db().command({ validate: 'made' })).valid).to.equal(true)
  })

  it('were never there if it is aborted', async () => {
    const session = begun()
    await collection('made').createIndex({ a: 1 }, { session })
    await collection('implied').insertOne({ _id: 1 }, { session })
    await session.abortTransaction()
    await session.endSession()
    expect(await names()).to.deep.equal([])
  })

  it('are made by one of two at the same time; the other is told to begin again', async () => {
    const [first, second] = [begun(), begun()]
    await collection('made').insertOne({ _id: 1 }, { session: first })
    await collection('made').insertOne({ _id: 2 }, { session: second })
    await first.commitTransaction()
    const error = await refusal(second.commitTransaction())
    expect(error.code).to.equal(112)
    expect(error.hasErrorLabel('TransientTransactionError')).to.equal(true)
    await Promise.all([first.endSession(), second.endSession()])
    expect(await collection('made').find().toArray()).to.deep.equal([{ _id: 1 }])
  })

  it('are refused a value that a unique index, made after their snapshot, holds already', async () => {
    const session = begun()
    await collection('other').findOne({}, { session })
    await collection('made').insertOne({ _id: 1, email: 'a' })
    await collection('made').createIndex({ email: 1 }, { unique: true })
    const error = await refusal(collection('made').insertOne({ _id: 2, email: 'a' }, { session }))
    expect([error.code, error.hasErrorLabel('TransientTransactionError')]).to.deep.equal([246, true])
    await session.endSession()
  })

  it('are not taken for empty where others dropped, replaced or renamed them', async () => {
    for (const end of [
      () => collection('old').drop(),
      () =>
        collection('new')
          .aggregate([{ $out: 'old' }])
          .toArray(),
      () => collection('old').rename('elsewhere', { dropTarget: true }),
    ]) {
      await collection('old').insertOne({ _id: 1 })
      await collection('new').updateOne({ _id: 2 }, { $set: { a: 1 } }, { upsert: true })
      const [met, unmet] = [begun(), begun()]
      await collection('old').findOne({}, { session: met })
      await collection('other').findOne({}, { session: unmet })
      await end()
      expect((await refusal(collection('old').find({}, { session: met }).toArray())).code).to.equal(112)
      expect((await refusal(collection('old').find({}, { session: unmet }).toArray())).code).to.equal(246)
      await Promise.all([met.endSession(), unmet.endSession()])
      await collection('old').drop()
    }
  })

  it('are no indexes of what was there before, or holds something', async () => {
    await collection('old').insertOne({ _id: 1 })
    const old = begun()
    expect((await refusal(collection('old').createIndex({ a: 1 }, { session: old }))).code).to.equal(263)
    const filled = begun()
    await collection('made').insertOne({ _id: 1 }, { session: filled })
    expect((await refusal(collection('made').createIndex({ a: 1 }, { session: filled }))).code).to.equal(263)
    const again = begun()
    expect((await refusal(db().createCollection('old', { session: again }))).code).to.equal(48)
    await Promise.all([old.endSession(), filled.endSession(), again.endSession()])
    expect(await collection('old').indexes()).to.have.length(1)
  })
})
