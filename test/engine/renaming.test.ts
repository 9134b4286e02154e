import { expect } from 'chai'
import { refusal, useEngine } from './running-engine.ts'

describe('renaming a collection in the embedded engine', () => {
  const { collection, db, client, restart } = useEngine()

  beforeEach(async () => {
    await collection().createIndex({ n: 1 }, { unique: true })
    await collection().insertMany([{ _id: 1, n: 1 }])
  })

  const names = async () =>
    (await db().listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name).sort()

  it('keeps documents and indexes, also over a restart', async () => {
    await collection().rename('others')
    await restart()
    expect(await names()).to.deep.equal(['others'])
    expect(await collection('others').find({ n: 1 }).hint({ n: 1 }).toArray()).to.deep.equal([{ _id: 1, n: 1 }])
    expect((await refusal(collection('others').insertOne({ n: 1 }))).code).to.equal(11000)
    await collection().insertOne({ _id: 1, n: 1 })
    expect(await names()).to.deep.equal(['others', 'things'])
  })

  it('takes a place only if told so', async () => {
    await collection('others').insertOne({ _id: 2 })
    expect((await refusal(collection().rename('others'))).codeName).to.equal('NamespaceExists')
    expect((await refusal(collection('none').rename('more'))).codeName).to.equal('NamespaceNotFound')
    const from = `${db().databaseName}.things`
    const itself = client().db('admin').command({ renameCollection: from, to: from })
    expect((await refusal(itself)).codeName).to.equal('IllegalOperation')
    expect((await refusal(db().command({ renameCollection: from, to: `${from}2` }))).codeName).to.equal('Unauthorized')
    await collection().rename('others', { dropTarget: true })
    expect(await collection('others').find().toArray()).to.deep.equal([{ _id: 1, n: 1 }])
    expect(await names()).to.deep.equal(['others'])
  })

  it('is told to streams of both names, which end with it', async () => {
    const streams = [collection().watch(), collection('others').watch()]
    const wholeDatabase = db().watch()
    await Promise.all([...streams, wholeDatabase].map((stream) => stream.tryNext()))
    await collection().rename('others')
    for (const stream of streams) {
      expect(await stream.next()).to.deep.include({
        operationType: 'rename',
        ns: { db: db().databaseName, coll: 'things' },
        to: { db: db().databaseName, coll: 'others' },
      })
      expect(await stream.next()).to.deep.include({ operationType: 'invalidate' })
      await stream.close()
    }
    await collection('others').insertOne({ _id: 2 })
    expect(await wholeDatabase.next()).to.deep.include({ operationType: 'rename' })
    expect(await wholeDatabase.next()).to.deep.include({ operationType: 'insert' })
    await wholeDatabase.close()
  })

  it('makes transactions begin anew that have read before', async () => {
    await collection('witness').insertOne({ _id: 1 })
    const session = client().startSession()
    session.startTransaction()
    await collection('witness').findOne({}, { session })
    await collection().rename('others')
    const late = await refusal(collection('others').find({}, { session }).toArray())
    expect(late.hasErrorLabel('TransientTransactionError')).to.equal(true)
    await session.endSession()
    const found = await client().withSession((again) =>
      again.withTransaction(() => collection('others').find({}, { session: again }).toArray()),
    )
    expect(found).to.deep.equal([{ _id: 1, n: 1 }])
  })
})

describe('a clustered collection in the embedded engine', () => {
  const { collection, db } = useEngine()

  it('is one as all are, and says so', async () => {
    const clusteredIndex = { key: { _id: 1 }, unique: true, name: 'by id' }
    await db().createCollection('things', { clusteredIndex })
    await collection().insertOne({ _id: 1 })
    const { cursor } = await db().command({ listCollections: 1 })
    expect(cursor.firstBatch[0].options).to.deep.equal({ clusteredIndex: { v: 2, ...clusteredIndex } })
    expect(await collection().indexes()).to.deep.equal([{ v: 2, ...clusteredIndex, clustered: true }])
    expect(await collection().find({ _id: 1 }).hint('by id').toArray()).to.deep.equal([{ _id: 1 }])
    const other = db().createCollection('others', { clusteredIndex: { key: { a: 1 }, unique: true } })
    expect((await refusal(other)).code).to.equal(197)
  })
})

describe('the list of sessions in the embedded engine', () => {
  const { client, connect } = useEngine()

  it('has those that ask, until they end', async () => {
    const idsOf = async () => {
      const listed = await client()
        .db('admin')
        .aggregate([{ $listLocalSessions: {} }])
        .toArray()
      return listed.map(({ _id }) => _id.id.toString('hex'))
    }
    const other = await connect()
    const session = other.startSession()
    const id = session.id?.id.toString('hex')
    expect(await idsOf()).not.to.include(id)
    await other.db('admin').command({ ping: 1 }, { session })
    expect(await idsOf()).to.include(id)
    await session.endSession()
    await other.close()
    // The driver says goodbye without waiting for an answer.
    while ((await idsOf()).includes(String(id)));
  })
})
