import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runningEngine, startEngine } from '@rolecall/embedded-mongo'
import { expect } from 'chai'
import { type ClientSession, type Document, Timestamp } from 'mongodb'
import { refusal, useEngine } from './running-engine.ts'

describe('a session that reads one snapshot of the embedded engine', () => {
  const { collection, client, db, connect } = useEngine()
  const snapshotOf = async (use: (session: ClientSession) => Promise<void>) =>
    client().withSession({ snapshot: true }, use)

  it('sees in all collections what was there at its first read, however it asks', async () => {
    await collection().insertMany(Array.from({ length: 250 }, (_, _id) => ({ _id, a: 1 })))
    await collection('others').insertOne({ _id: 1 })
    await snapshotOf(async (session) => {
      const cursor = collection().find({}, { session, batchSize: 10 })
      expect((await cursor.next())?._id).to.equal(0)
      await collection().updateMany({}, { $set: { a: 2 } })
      await collection().deleteMany({ _id: { $gte: 200 } })
      await collection('others').insertOne({ _id: 2 })
      await collection('later').insertOne({ _id: 1 })
      expect(await cursor.toArray()).to.have.lengthOf(249)
      expect(await collection('others').find({}, { session }).toArray()).to.deep.equal([{ _id: 1 }])
      expect(await collection('later').findOne({}, { session })).to.equal(null)
      expect(await collection().countDocuments({ a: 1 }, { session })).to.equal(250)
      expect(await collection().distinct('a', {}, { session })).to.deep.equal([1])
      expect(await collection().countDocuments({})).to.equal(200)
    })
    await snapshotOf(async (session) => {
      expect(await collection().distinct('a', {}, { session })).to.deep.equal([2])
      await collection().updateMany({}, { $set: { a: 3 } })
      expect(await collection().countDocuments({ a: 2 }, { session })).to.equal(200)
    })
  })

  it('is refused what it cannot have, with MongoDB’s codes', async () => {
    await collection().insertOne({ _id: 1 })
    await collection('dropped').insertOne({ _id: 1 })
    await snapshotOf(async (session) => {
      await collection().findOne({}, { session })
      expect(await refusal(collection().insertOne({ _id: 2 }, { session }))).to.deep.include({ code: 72 })
      await collection('dropped').drop()
      expect(await refusal(collection('dropped').findOne({}, { session }))).to.deep.include({ code: 246 })
    })
    const find = (readConcern: Document) => db().command({ find: 'things', readConcern })
    const atClusterTime = new Timestamp({ t: 1, i: 1 })
    expect(await refusal(find({ level: 'snapshot', atClusterTime }))).to.deep.include({ code: 239 })
    expect(await refusal(find({ level: 'majority', atClusterTime }))).to.deep.include({ code: 72 })
  })

  it('loses it with its end, and one session does not have another’s', async () => {
    await collection().insertOne({ _id: 1 })
    const other = await connect()
    const independent = { causalConsistency: false }
    const find = (session: ClientSession, readConcern: Document) =>
      other.db(db().databaseName).command({ find: 'things', readConcern }, { session })
    const [one, two] = [other.startSession(independent), other.startSession(independent)]
    const { cursor } = await find(one, { level: 'snapshot' })
    const again = { level: 'snapshot', atClusterTime: cursor.atClusterTime }
    expect((await find(one, again)).ok).to.equal(1)
    expect(await refusal(find(two, again))).to.deep.include({ code: 239 })
    await db()
      .admin()
      .command({ endSessions: [one.id] })
    expect(await refusal(find(one, again))).to.deep.include({ code: 239 })
    await Promise.all([one.endSession(), two.endSession()])
  })
})

describe('the engine of a directory', () => {
  it('is found by whoever may enter the directory, while it runs', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rolecall-engine-'))
    expect(await runningEngine(directory)).to.equal(undefined)
    const engine = await startEngine({ directory })
    expect(await runningEngine(directory)).to.equal(engine.uri)
    await engine.stop()
    expect(await runningEngine(directory)).to.equal(undefined)
    await rm(directory, { recursive: true })
  })
})
