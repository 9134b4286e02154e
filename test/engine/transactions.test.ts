import { expect } from 'chai'
import { type ClientSession, Long, MongoClient, type MongoServerError, UUID } from 'mongodb'
import mongoose from 'mongoose'
import { refusal, useEngine } from './running-engine.ts'
import { wireClient } from './wire-client.ts'

describe('transactions in the embedded engine', () => {
  const { collection, db, client, connect, engine, restart } = useEngine()

  const begun = (): ClientSession => {
    const session = client().startSession()
    session.startTransaction()
    return session
  }

  it('show what they wrote to themselves, and to others once they are committed', async () => {
    await collection().insertMany([
      { _id: 1, a: 1 },
      { _id: 2, a: 2 },
    ])
    await collection().createIndex({ a: 1 })
    const session = begun()
    await collection().updateOne({ _id: 1 }, { $set: { a: 10 } }, { session })
    await collection().insertOne({ _id: 3, a: 3 }, { session })
    await collection().deleteOne({ _id: 2 }, { session })
    const own = await collection()
      .find({ a: { $gte: 2 } }, { session })
      .sort({ a: -1 })
      .toArray()
    expect(own).to.deep.equal([
      { _id: 1, a: 10 },
      { _id: 3, a: 3 },
    ])
    expect(await collection().countDocuments({}, { session })).to.equal(2)
    expect(await collection().distinct('a')).to.deep.equal([1, 2])
    await session.commitTransaction()
    expect(await collection().distinct('a')).to.deep.equal([10, 3])
    await session.endSession()
  })

  it('leave nothing when they are aborted', async () => {
    await collection().insertOne({ _id: 1, a: 1 })
    const session = begun()
    await collection().updateOne({ _id: 1 }, { $set: { a: 2 } }, { session })
    await collection('others').insertOne({ _id: 1 }, { session })
    await session.abortTransaction()
    expect(await collection().findOne()).to.deep.equal({ _id: 1, a: 1 })
    expect(await collection('others').findOne()).to.equal(null)
    await session.endSession()
  })

  it('read one moment, whatever others write meanwhile', async () => {
    await collection().insertMany([
      { _id: 1, a: 1 },
      { _id: 2, a: 1 },
    ])
    const session = begun()
    expect(await collection().countDocuments({ a: 1 }, { session })).to.equal(2)
    await collection().updateMany({}, { $set: { a: 2 } })
    await collection().insertOne({ _id: 3, a: 1 })
    expect(await collection().find({ a: 1 }, { session }).toArray()).to.deep.equal([
      { _id: 1, a: 1 },
      { _id: 2, a: 1 },
    ])
    await session.commitTransaction()
    expect(await collection().countDocuments({ a: 1 })).to.equal(1)
    await session.endSession()
  })

  it('conflict with a change after their snapshot', async () => {
    await collection().insertOne({ _id: 1, a: 1 })
    const session = begun()
    await collection().findOne({ _id: 1 }, { session })
    await collection().updateOne({ _id: 1 }, { $inc: { a: 1 } })
    const error = await refusal(collection().updateOne({ _id: 1 }, { $inc: { a: 1 } }, { session }))
    expect([error.code, error.errorLabels]).to.deep.equal([112, ['TransientTransactionError']])
    const over = await refusal(collection().findOne({}, { session }))
    expect([over.code, over.errorLabels]).to.deep.equal([251, ['TransientTransactionError']])
    await session.endSession()
  })

  it('conflict at once with what another open one has written', async () => {
    await collection().insertMany([
      { _id: 1, a: 1 },
      { _id: 2, a: 1 },
    ])
    const [first, second] = [begun(), begun()]
    await collection().updateOne({ _id: 1 }, { $inc: { a: 1 } }, { session: first })
    await collection().updateOne({ _id: 2 }, { $inc: { a: 1 } }, { session: second })
    const error = await refusal(collection().deleteOne({ _id: 1 }, { session: second }))
    expect(error.code).to.equal(112)
    await first.commitTransaction()
    expect(await collection().distinct('a')).to.deep.equal([2, 1])
    await Promise.all([first.endSession(), second.endSession()])
  })

  it('that begin with a conflicting write wait, and read what was committed', async () => {
    await collection().insertOne({ _id: 1, a: 1 })
    const [first, second] = [begun(), begun()]
    await collection().updateOne({ _id: 1 }, { $inc: { a: 1 } }, { session: first })
    const waiting = collection().findOneAndUpdate(
      { _id: 1 },
      { $inc: { a: 1 } },
      { session: second, returnDocument: 'after' },
    )
    await collection().findOne()
    await first.commitTransaction()
    expect(await waiting).to.deep.equal({ _id: 1, a: 3 })
    await second.commitTransaction()
    await Promise.all([first.endSession(), second.endSession()])
  })

  it('lose no increment of eight clients at once', async () => {
    await collection().insertOne({ _id: 'sum', n: 0 })
    const clients = await Promise.all(Array.from({ length: 8 }, () => connect({ maxPoolSize: 2 })))
    const rounds = 25
    await Promise.all(
      clients.map(async (each, place) => {
        const things = each.db(db().databaseName).collection<{ _id: string; n: number }>('things')
        for (let round = 0; round < rounds; round += 1) {
          // Half of them read first, so that they conflict; half write first, so that they wait.
          await each.withSession((session) =>
            session.withTransaction(async () => {
              if (place % 2 === 0) {
                const doc = await things.findOne({ _id: 'sum' }, { session })
                await things.updateOne({ _id: 'sum' }, { $set: { n: (doc?.n ?? 0) + 1 } }, { session })
              } else {
                await things.updateOne({ _id: 'sum' }, { $inc: { n: 1 } }, { session })
              }
            }),
          )
        }
      }),
    )
    expect(await collection().findOne()).to.deep.equal({ _id: 'sum', n: 8 * rounds })
  })

  it('make writes outside of them wait', async () => {
    await collection().createIndex({ name: 1 }, { unique: true })
    await collection().insertOne({ _id: 1, name: 'a' })
    const session = begun()
    await collection().updateOne({ _id: 1 }, { $set: { name: 'b' } }, { session })
    const order: string[] = []
    const update = collection()
      .updateOne({ _id: 1 }, { $set: { seen: true } })
      .then(() => order.push('update'))
    const insert = collection()
      .insertOne({ _id: 2, name: 'b' })
      .catch((error: MongoServerError) => order.push(`insert ${error.code}`))
    const free = collection()
      .insertOne({ _id: 3, name: 'c' })
      .then(() => order.push('free'))
    await free
    order.push('commit')
    await session.commitTransaction()
    await Promise.all([update, insert])
    expect(order.slice(0, 2)).to.deep.equal(['free', 'commit'])
    expect(order.slice(2).sort()).to.deep.equal(['insert 11000', 'update'])
    expect(await collection().findOne({ _id: 1 })).to.deep.equal({ _id: 1, name: 'b', seen: true })
    await session.endSession()
  })

  it('give one of several racers a unique value, and the others E11000', async () => {
    await collection().createIndex({ name: 1 }, { unique: true })
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, (_, place) =>
        client().withSession((session) =>
          session
            .withTransaction(async () => {
              await collection().findOne({ _id: place }, { session })
              await collection().insertOne({ _id: place, name: 'wanted' }, { session })
            })
            .then(
              () => 'won',
              (error: MongoServerError) => [error.code, error.keyPattern, error.keyValue],
            ),
        ),
      ),
    )
    const lost = [11000, { name: 1 }, { name: 'wanted' }]
    expect(outcomes.filter((outcome) => outcome === 'won')).to.have.length(1)
    expect(outcomes.filter((outcome) => outcome !== 'won')).to.deep.equal(Array.from({ length: 5 }, () => lost))
  })

  it('are over after an E11000', async () => {
    await collection().insertOne({ _id: 1 })
    const session = begun()
    await collection().insertOne({ _id: 2 }, { session })
    expect((await refusal(collection().insertOne({ _id: 1 }, { session }))).code).to.equal(11000)
    expect((await refusal(session.commitTransaction())).code).to.equal(251)
    expect(await collection().countDocuments()).to.equal(1)
    await session.endSession()
  })

  it('answer a repeated commit as the first, also after the engine was started again', async () => {
    await collection().insertOne({ _id: 1, a: 1 })
    const lsid = { id: new UUID() }
    const numbered = { lsid, txnNumber: Long.fromNumber(5), autocommit: false }
    const updates = [{ q: { _id: 1 }, u: { $inc: { a: 1 } } }]
    const first = await wireClient(engine().uri)
    const $db = db().databaseName
    await first.ask({ update: 'things', updates, ...numbered, startTransaction: true, $db })
    const commit = { commitTransaction: 1, ...numbered, $db: 'admin' }
    expect((await first.ask(commit)).body.ok).to.equal(1)
    expect((await first.ask(commit)).body.ok).to.equal(1)
    expect((await first.ask({ ...commit, txnNumber: Long.fromNumber(6) })).body.code).to.equal(251)
    expect((await first.ask({ abortTransaction: 1, ...numbered, $db: 'admin' })).body.code).to.equal(256)
    await restart()
    const second = await wireClient(engine().uri)
    expect((await second.ask(commit)).body.ok).to.equal(1)
    expect((await second.ask({ ...commit, txnNumber: Long.fromNumber(6) })).body.code).to.equal(251)
    expect(await collection().findOne()).to.deep.equal({ _id: 1, a: 2 })
    first.close()
    second.close()
  })

  it('are aborted when their client goes away', async () => {
    await collection().insertOne({ _id: 1, a: 1 })
    const other = await new MongoClient(engine().uri).connect()
    const session = other.startSession()
    session.startTransaction()
    await other
      .db(db().databaseName)
      .collection('things')
      .updateOne({ a: 1 }, { $set: { a: 2 } }, { session })
    const waiting = collection().updateOne({ _id: 1 }, { $inc: { a: 10 } })
    // Without an abort from the driver, as if its process had died.
    session.endSession = () => Promise.resolve()
    await other.close()
    await waiting
    expect(await collection().findOne()).to.deep.equal({ _id: 1, a: 11 })
  })

  it('may insert into a collection that is not there yet', async () => {
    await client().withSession((session) =>
      session.withTransaction(async () => {
        await collection().countDocuments({}, { session })
        await collection('fresh').insertOne({ _id: 1 }, { session })
        expect(await collection('fresh').find({}, { session }).toArray()).to.deep.equal([{ _id: 1 }])
      }),
    )
    expect(await collection('fresh').countDocuments()).to.equal(1)
  })

  it('are tried again when an index was made after their snapshot', async () => {
    await collection().insertOne({ _id: 1, a: 1 })
    const session = begun()
    await collection('others').findOne({}, { session })
    await collection().createIndex({ a: 1 })
    const error = await refusal(collection().findOne({ a: 1 }, { session }))
    expect([error.code, error.errorLabels]).to.deep.equal([246, ['TransientTransactionError']])
    await session.endSession()
  })

  it('go on with a cursor over several batches, and end it with themselves', async () => {
    await collection().insertMany(Array.from({ length: 10 }, (_, _id) => ({ _id })))
    const session = begun()
    const cursor = collection().find({}, { session, batchSize: 4 })
    const seen = [await cursor.next()]
    await collection().insertOne({ _id: 'late' })
    await collection().deleteMany({ _id: { $gt: 8 } }, { session })
    for await (const doc of cursor) seen.push(doc)
    expect(seen).to.have.length(10)
    const left = collection().find({}, { session, batchSize: 2 })
    await left.next()
    await session.commitTransaction()
    const { cursors } = await db().admin().serverStatus()
    expect(cursors.open).to.equal(0)
    await session.endSession()
  })

  it('read on in a cursor over an index past what they have deleted since', async () => {
    await collection().createIndex({ a: 1 })
    await collection().insertMany(Array.from({ length: 10 }, (_, n) => ({ _id: n, a: n })))
    const session = begun()
    const cursor = collection().find({ a: { $gte: 0 } }, { session, batchSize: 4 })
    const seen = [(await cursor.next())?._id]
    await collection().deleteOne({ _id: 8 }, { session })
    for await (const { _id } of cursor) seen.push(_id)
    expect(seen).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 9])
    await session.commitTransaction()
    expect(await collection().countDocuments()).to.equal(9)
    await session.endSession()
  })

  it('write a great many documents in any order, and find them by each index', async () => {
    const names = [{ a: 1 }, { b: 1 }] as const
    await collection().createIndex({ a: 1 })
    await collection().createIndex({ b: 1 }, { unique: true })
    const count = 5_000
    const docs = Array.from({ length: count }, (_, n) => ({ _id: (n * 7_919) % count, a: -n, b: (n * 3_001) % count }))
    const session = begun()
    await collection().insertMany(docs, { session })
    for (const sort of names) {
      const found = await collection().find({}, { session, sort }).toArray()
      const [field = ''] = Object.keys(sort)
      expect(found).to.deep.equal(
        docs.toSorted((one, other) => Number(one[field as 'a']) - Number(other[field as 'a'])),
      )
    }
    await session.commitTransaction()
    expect(await collection().countDocuments({ b: { $lt: 100 } })).to.equal(100)
    expect((await db().command({ validate: 'things' })).valid).to.equal(true)
    await session.endSession()
  })

  it('refuse what MongoDB refuses in them', async () => {
    const session = begun()
    expect((await refusal(db().command({ count: 'things' }, { session }))).code).to.equal(263)
    await session.abortTransaction()
    await session.endSession()
  })

  it('run through mongoose, with its retry of the callback', async () => {
    const connection = await mongoose.createConnection(engine().uri, { dbName: db().databaseName }).asPromise()
    const Counter = connection.model('Counter', new mongoose.Schema({ _id: String, n: Number }))
    await Counter.init()
    await Counter.create({ _id: 'c', n: 0 })
    await Promise.all(
      Array.from({ length: 5 }, () =>
        connection.transaction(async (session) => {
          const counter = await Counter.findById('c').session(session).orFail()
          counter.n = (counter.n ?? 0) + 1
          await counter.save({ session })
        }),
      ),
    )
    expect(await Counter.findById('c').lean()).to.deep.include({ _id: 'c', n: 5 })
    await connection.close()
  })
})
