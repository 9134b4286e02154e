import { expect } from 'chai'
import { Double, Int32, Long, ObjectId, Timestamp } from 'mongodb'
import { type Doc, refusal, useEngine } from './running-engine.ts'

describe('documents in the embedded engine', () => {
  const { collection, db, client, connect } = useEngine()

  it('are found as they were inserted, number types included', async () => {
    const doc = {
      _id: new ObjectId(),
      long: Long.fromNumber(5),
      double: new Double(5),
      int: new Int32(5),
      date: new Date(7),
      nested: { b: [1, { c: null }], a: 'x' },
    }
    await collection().insertOne(doc)
    await collection().updateOne({ _id: doc._id }, { $set: { seen: true } })
    const raw = await collection().findOne({}, { promoteValues: false })
    expect(raw).to.deep.equal({ ...doc, nested: { b: [new Int32(1), { c: null }], a: 'x' }, seen: true })
    expect(Object.keys(raw ?? {})).to.deep.equal([...Object.keys(doc), 'seen'])
  })

  it('get an _id where they have none, in first place', async () => {
    await db().command({ insert: 'things', documents: [{ a: 1 }, { a: 2, _id: 7 }] })
    const docs = await collection().find().sort({ a: 1 }).toArray()
    expect(docs.map((doc) => Object.keys(doc))).to.deep.equal([
      ['_id', 'a'],
      ['_id', 'a'],
    ])
    expect(docs[0]?._id).to.be.instanceOf(ObjectId)
  })

  it('come in batches, by count and by size', async () => {
    await collection().insertMany(Array.from({ length: 250 }, (_, _id) => ({ _id })))
    const found = await collection().find().batchSize(20).toArray()
    expect(found.map(({ _id }) => _id)).to.deep.equal(Array.from({ length: 250 }, (_, place) => place))
    const first = await db().command({ find: 'things' })
    expect(first.cursor.firstBatch).to.have.length(101)
    await collection('large').insertMany(Array.from({ length: 3 }, (_, _id) => ({ _id, text: 'x'.repeat(7_000_000) })))
    const large = await db().command({ find: 'large' })
    expect(large.cursor.firstBatch).to.have.length(2)
    expect(large.cursor.id).not.to.equal(0)
    await db().command({ killCursors: 'large', cursors: [Long.fromString(String(large.cursor.id))] })
    expect(await collection('large').find().toArray()).to.have.length(3)
  })

  it('are sorted, skipped, limited and projected', async () => {
    await collection().insertMany([
      { _id: 1, a: 3, b: 'x' },
      { _id: 2, a: 1, b: 'y' },
      { _id: 3, a: 2, b: 'z' },
      { _id: 4, b: 'w' },
    ])
    const found = await collection()
      .find({}, { sort: { a: -1 }, skip: 1, limit: 2, projection: { b: 1 } })
      .toArray()
    expect(found).to.deep.equal([
      { _id: 3, b: 'z' },
      { _id: 2, b: 'y' },
    ])
    expect(await collection().countDocuments({ a: { $gt: 1 } })).to.equal(2)
    expect(await collection().countDocuments({}, { limit: 3, skip: 2 })).to.equal(2)
    expect(await collection().countDocuments({ a: 99 })).to.equal(0)
    expect(await collection().estimatedDocumentCount()).to.equal(4)
    expect(await collection().distinct('b', { a: { $exists: true } })).to.deep.equal(['x', 'y', 'z'])
  })

  it('are counted and grouped by aggregation', async () => {
    await collection().insertMany([
      { _id: 1, role: 'a', n: 1 },
      { _id: 2, role: 'b', n: 2 },
      { _id: 3, role: 'a', n: 3 },
    ])
    const groups = [{ $group: { _id: '$role', n: { $sum: '$n' } } }, { $sort: { _id: 1 } }]
    expect(await collection().aggregate(groups).toArray()).to.deep.equal([
      { _id: 'a', n: 4 },
      { _id: 'b', n: 2 },
    ])
    expect(
      await collection()
        .aggregate([{ $match: { role: 'a' } }, { $count: 'all' }])
        .toArray(),
    ).to.deep.equal([{ all: 2 }])
    expect(
      await collection()
        .aggregate([{ $sort: { n: -1 } }, { $limit: 1 }])
        .toArray(),
    ).to.deep.equal([{ _id: 3, role: 'a', n: 3 }])
    expect(
      await collection('nothing')
        .aggregate([{ $match: {} }])
        .toArray(),
    ).to.deep.equal([])
  })

  it('are updated, with the counts that MongoDB gives', async () => {
    await collection().insertMany([{ _id: 1, a: 1 }, { _id: 2, a: 1 }, { _id: 3 }])
    const many = await collection().updateMany({ a: 1 }, { $inc: { a: 1 } })
    expect([many.matchedCount, many.modifiedCount]).to.deep.equal([2, 2])
    const same = await collection().updateOne({ _id: 1 }, { $set: { a: 2 } })
    expect([same.matchedCount, same.modifiedCount]).to.deep.equal([1, 0])
    const upserted = await collection().updateOne({ _id: 9, k: 'v' }, { $setOnInsert: { a: 0 } }, { upsert: true })
    expect([upserted.matchedCount, upserted.upsertedId]).to.deep.equal([0, 9])
    await collection().replaceOne({ _id: 3 }, { b: 1 })
    expect(await collection().find().toArray()).to.deep.equal([
      { _id: 1, a: 2 },
      { _id: 2, a: 2 },
      { _id: 3, b: 1 },
      { _id: 9, k: 'v', a: 0 },
    ])
  })

  it('meet an update once, though it moves them along the index that it uses', async () => {
    await collection().insertMany(Array.from({ length: 1_200 }, (_, _id) => ({ _id, a: _id })))
    await collection().createIndex({ a: 1 })
    const { modifiedCount } = await collection().updateMany({ a: { $gte: 0 } }, { $inc: { a: 5_000 } })
    expect(modifiedCount).to.equal(1_200)
    expect(await collection().countDocuments({ a: { $gte: 5_000, $lt: 6_200 } })).to.equal(1_200)
  })

  it('are changed and given back in one command', async () => {
    const things = collection()
    await things.insertMany([
      { _id: 1, a: 1 },
      { _id: 2, a: 2 },
    ])
    expect(await things.findOneAndUpdate({}, { $inc: { a: 10 } }, { sort: { a: -1 } })).to.deep.equal({ _id: 2, a: 2 })
    expect(await things.findOneAndUpdate({ _id: 2 }, { $inc: { a: 1 } }, { returnDocument: 'after' })).to.deep.equal({
      _id: 2,
      a: 13,
    })
    expect(await things.findOneAndUpdate({ _id: 8 }, { $set: { a: 1 } }, { upsert: true })).to.equal(null)
    expect(await things.findOneAndReplace({ _id: 8 }, { b: 1 }, { returnDocument: 'after' })).to.deep.equal({
      _id: 8,
      b: 1,
    })
    expect(await things.findOneAndDelete({ _id: 8 }, { projection: { _id: 0 } })).to.deep.equal({ b: 1 })
    expect(await things.findOneAndDelete({ _id: 8 })).to.equal(null)
  })

  it('are deleted one by one or together', async () => {
    await collection().insertMany([{ a: 1 }, { a: 1 }, { a: 1 }, { a: 2 }])
    expect((await collection().deleteOne({ a: 1 })).deletedCount).to.equal(1)
    expect((await collection().deleteMany({ a: 1 })).deletedCount).to.equal(2)
    expect((await collection('nothing').deleteMany({})).deletedCount).to.equal(0)
    expect(await collection().countDocuments()).to.equal(1)
  })

  it('take mixed bulk writes and report what failed', async () => {
    const result = await collection().bulkWrite([
      { insertOne: { document: { _id: 1, a: 1 } } },
      { updateOne: { filter: { _id: 1 }, update: { $inc: { a: 1 } } } },
      { updateOne: { filter: { _id: 2 }, update: { $set: { a: 5 } }, upsert: true } },
      { deleteOne: { filter: { _id: 1 } } },
    ])
    expect([result.insertedCount, result.modifiedCount, result.upsertedCount, result.deletedCount]).to.deep.equal([
      1, 1, 1, 1,
    ])
    const error = await refusal(
      collection().insertMany([{ _id: 2 }, { _id: 3 }, { _id: 2 }, { _id: 4 }], { ordered: false }),
    )
    expect(error.code).to.equal(11000)
    expect(await collection().distinct('_id')).to.deep.equal([2, 3, 4])
  })

  it('over 16 MB are refused, and so are batches of no statement', async () => {
    const large = await db().command({ insert: 'things', documents: [{ _id: 1, text: 'x'.repeat(16 * 1024 * 1024) }] })
    expect([large.n, large.writeErrors[0].code]).to.deep.equal([0, 10334])
    await collection().insertOne({ _id: 1, text: 'x'.repeat(15 * 1024 * 1024) })
    const grown = await refusal(collection().updateOne({ _id: 1 }, { $set: { more: 'x'.repeat(2 * 1024 * 1024) } }))
    expect(grown.code).to.equal(10334)
    expect((await refusal(db().command({ insert: 'things', documents: [] }))).code).to.equal(16)
  })

  it('are written without an answer if the client wants none', async () => {
    const quiet = (await connect()).db(db().databaseName).collection<Doc>('things', { writeConcern: { w: 0 } })
    await quiet.insertOne({ _id: 'quiet' })
    // The same connection answers in order, so this comes after it.
    await quiet.updateOne({ _id: 'quiet' }, { $set: { a: 1 } }, { writeConcern: { w: 1 } })
    expect(await collection().findOne({ _id: 'quiet' })).to.deep.equal({ _id: 'quiet', a: 1 })
  })

  it('of a cursor stay those of its beginning', async () => {
    await collection().insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }])
    const cursor = collection().find().batchSize(1)
    const seen = [await cursor.next()]
    await collection().deleteMany({})
    for await (const doc of cursor) seen.push(doc)
    expect(seen).to.deep.equal([{ _id: 1 }, { _id: 2 }, { _id: 3 }])
  })

  it('make one upsert where many clients race', async () => {
    await collection().createIndex({ name: 1 }, { unique: true })
    const upserts = Array.from({ length: 20 }, (_, n) =>
      collection().updateOne({ name: 'one' }, { $setOnInsert: { n } }, { upsert: true }),
    )
    const results = await Promise.all(upserts)
    expect(results.filter(({ upsertedCount }) => upsertedCount === 1)).to.have.length(1)
    expect(await collection().countDocuments()).to.equal(1)
  })

  it('repeat a retryable write only once, its answer as often as asked', async () => {
    const session = client().startSession()
    const numbered = (txnNumber: number, command: Doc) =>
      db().command({ ...command, txnNumber: Long.fromNumber(txnNumber) }, { session })
    const ask = () => numbered(1_000, { update: 'things', updates: [{ q: { _id: 1 }, u: { $inc: { a: 1 } } }] })
    await collection().insertOne({ _id: 1, a: 0 })
    const [first, second] = [await ask(), await ask()]
    expect([first.nModified, second.nModified, second.retriedStmtIds]).to.deep.equal([1, 1, [0]])
    expect(await collection().findOne()).to.deep.equal({ _id: 1, a: 1 })
    const older = await refusal(numbered(999, { insert: 'things', documents: [{}] }))
    expect(older.code).to.equal(225)
    await session.endSession()
  })
})

describe('what the embedded engine does not support', () => {
  const { collection, db } = useEngine()

  // What the README's table says is tried in unsupported.test.ts.
  const refused: Record<string, [command: Doc, code: number]> = {
    'a hint with an index that is not there': [{ find: 'things', hint: 'nothing_1' }, 2],
    'a read at a time of which there is no snapshot': [
      { find: 'things', readConcern: { level: 'snapshot', atClusterTime: new Timestamp({ t: 1, i: 1 }) } },
      239,
    ],
    'a wrong API version': [{ ping: 1, apiVersion: '2' }, 322],
    'an invalid name': [{ find: 'a$b' }, 73],
  }
  for (const [title, [command, code]] of Object.entries(refused)) {
    it(`is refused with MongoDB's code: ${title}`, async () => {
      await collection().insertOne({ a: 1 })
      const error = await refusal(db().command(command))
      expect([error.code, error.message]).to.deep.equal([code, error.message])
    })
  }

  it('answers commands of API version 1', async () => {
    expect((await db().command({ ping: 1, apiVersion: '1', apiStrict: true })).ok).to.equal(1)
  })

  it('ends a query at its time limit', async () => {
    await collection().insertMany(Array.from({ length: 3_000 }, () => ({ text: 'x'.repeat(1_000) })))
    const slow = { $or: Array.from({ length: 300 }, (_, n) => ({ [`f${n}`]: 1 })) }
    const error = await refusal(collection().find(slow, { maxTimeMS: 1 }).toArray())
    expect(error.code).to.equal(50)
  })
})
