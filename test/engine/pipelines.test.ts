import { expect } from 'chai'
import { MongoServerError } from 'mongodb'
import { encoded } from '../../packages/embedded-mongo/src/commands/aggregate.ts'
import { decode } from '../../packages/embedded-mongo/src/values/codec.ts'
import { refusal, useEngine } from './running-engine.ts'

describe('variables of a command', () => {
  const { collection, db } = useEngine()

  beforeEach(async () => {
    await collection().insertMany([
      { _id: 1, n: 10 },
      { _id: 2, n: 20 },
    ])
  })

  it('stand in filters, also within others, and in pipelines', async () => {
    const filter = { $or: [{ $and: [{ $expr: { $gt: ['$n', '$$least.of'] } }] }, { n: 0 }] }
    const found = collection().find(filter, { let: { least: { of: 15 } } })
    expect(await found.toArray()).to.deep.equal([{ _id: 2, n: 20 }])
    const pipeline = [
      { $match: { $expr: { $eq: ['$_id', '$$id'] } } },
      { $project: { text: '$$text', none: '$$text.x' } },
    ]
    const computed = collection().aggregate(pipeline, { let: { id: 1, text: { $literal: '$n' } } })
    expect(await computed.toArray()).to.deep.equal([{ _id: 1, text: '$n' }])
  })

  it('stand in what is updated, deleted and modified', async () => {
    const given = { let: { id: 1, more: 5 } }
    const filter = { $expr: { $eq: ['$_id', '$$id'] } }
    await collection().updateOne(filter, [{ $set: { n: { $add: ['$n', '$$more'] } } }], given)
    expect(await collection().findOneAndUpdate(filter, [{ $set: { m: '$$more' } }], given)).to.deep.equal({
      _id: 1,
      n: 15,
    })
    await collection().deleteOne(filter, given)
    expect(await collection().find().toArray()).to.deep.equal([{ _id: 2, n: 20 }])
    const statement = { q: {}, u: [{ $set: { c: '$$c' } }], c: { c: 7 } }
    await db().command({ update: 'things', updates: [statement] })
    expect(await collection().findOne()).to.deep.equal({ _id: 2, n: 20, c: 7 })
  })

  it('are worked out once, before any document', async () => {
    const pipeline = [{ $project: { _id: 0, random: '$$random' } }]
    const [first, second] = await collection()
      .aggregate(pipeline, { let: { random: { $rand: {} } } })
      .toArray()
    expect(first?.random).to.be.within(0, 1)
    expect(first).to.deep.equal(second)
    const reading = { find: 'things', let: { n: '$n' } }
    expect((await refusal(db().command(reading))).code).to.equal(4890500)
    expect((await refusal(db().command({ find: 'things', let: { A: 1 } }))).codeName).to.equal('FailedToParse')
    const filter = { $expr: { $eq: ['$$other', 1] } }
    expect((await refusal(db().command({ find: 'things', filter, let: { n: 1 } }))).code).to.equal(17276)
  })
})

describe('fields whose names have dots or dollars', () => {
  const { collection } = useEngine()

  it('are set, read and removed by their names', async () => {
    await collection().insertOne({ _id: 1, b: 2 })
    const set = (field: string, value: unknown) => ({
      $replaceWith: { $setField: { field: { $literal: field }, input: '$$ROOT', value } },
    })
    await collection().updateOne({}, [set('$a', 1), set('c.d', '$b'), set('b', '$$REMOVE')])
    expect(await collection().findOne()).to.deep.equal({ _id: 1, $a: 1, 'c.d': 2 })
    const read = {
      $project: { a: { $getField: { $literal: '$a' } }, d: { $getField: { field: 'c.d', input: '$$ROOT' } } },
    }
    expect(await collection().aggregate([read]).toArray()).to.deep.equal([{ _id: 1, a: 1, d: 2 }])
    const pipeline = [{ $replaceWith: { $unsetField: { field: 'c.d', input: '$$ROOT' } } }]
    expect(await collection().aggregate(pipeline).toArray()).to.deep.equal([{ _id: 1, $a: 1 }])
    const moving = collection().updateOne({}, [
      { $replaceWith: { $setField: { field: '$b', input: '$$ROOT', value: 1 } } },
    ])
    expect((await refusal(moving)).code).to.equal(4161106)
  })
})

describe('a constant that cannot be computed', () => {
  const { collection } = useEngine()

  it('is a mistake of an aggregation, and of an update once there is a document', async () => {
    const wrong = { $set: { a: { $size: [1] } } }
    const update = (): Promise<unknown> => collection().updateMany({}, [{ $set: { b: 1 } }, wrong])
    expect((await refusal(collection().aggregate([wrong]).toArray())).code).to.equal(17124)
    await update()
    await collection().insertOne({ _id: 1 })
    expect((await refusal(update())).code).to.equal(17124)
    expect(await collection().findOne()).to.deep.equal({ _id: 1 })
    const unread = collection().updateMany({ _id: 2 }, [{ $set: { a: { $size: [1, 2] } } }])
    expect((await refusal(unread)).code).to.equal(16020)
  })

  it('hides no other mistake of an update', async () => {
    const wrong = { $size: [1] }
    const stages = [
      { $set: { a: wrong, b: { $size: [1, 2] } } },
      { $project: { a: wrong, b: { $size: [1, 2] } } },
      { $replaceWith: { a: [wrong, { $size: [1, 2] }] } },
      { $replaceRoot: { newRoot: { $cond: [true, wrong, { $size: [1, 2] }] } } },
    ]
    for (const stage of stages) {
      expect((await refusal(collection().updateMany({}, [stage]))).code).to.equal(16020)
    }
  })
})

describe('documents that a pipeline writes', () => {
  const { collection, db, client } = useEngine()

  beforeEach(async () => {
    await collection().insertMany([
      { _id: 1, n: 1 },
      { _id: 2, n: 2 },
    ])
  })
  const others = () => collection('others').find().sort({ _id: 1 }).toArray()

  it('take the place of a collection by $out, which keeps its indexes', async () => {
    await collection('others').createIndex({ n: 1 }, { unique: true })
    await collection('others').insertOne({ _id: 9, n: 9 })
    expect(
      await collection()
        .aggregate([{ $match: { n: 2 } }, { $out: 'others' }])
        .toArray(),
    ).to.deep.equal([])
    expect(await others()).to.deep.equal([{ _id: 2, n: 2 }])
    expect(await collection('others').indexes()).to.have.length(2)
    await collection()
      .aggregate([{ $out: { db: db().databaseName, coll: 'made' } }])
      .toArray()
    expect(await collection('made').countDocuments()).to.equal(2)
    await collection()
      .aggregate([{ $set: { m: '$n' } }, { $out: 'things' }])
      .toArray()
    expect(await collection().findOne({ _id: 1 })).to.deep.equal({ _id: 1, n: 1, m: 1 })
    const names = (await db().listCollections().toArray()).map(({ name }) => name)
    expect(names.sort()).to.deep.equal(['made', 'others', 'things'])
  })

  it('leave the collection of $out as it is if one of them cannot be written', async () => {
    await collection('others').createIndex({ same: 1 }, { unique: true })
    await collection('others').insertOne({ _id: 9, same: 9 })
    const failed = await refusal(
      collection()
        .aggregate([{ $set: { same: 1 } }, { $out: 'others' }])
        .toArray(),
    )
    expect(failed.code).to.equal(11000)
    expect(await others()).to.deep.equal([{ _id: 9, same: 9 }])
    expect(await db().listCollections().toArray()).to.have.length(2)
  })

  it('are merged into another collection by $merge', async () => {
    const merge = async (into: object, stages: object[] = []) => {
      await collection('others').deleteMany({})
      await collection('others').insertOne({ _id: 1, old: true, n: 0 })
      await collection()
        .aggregate([...stages, { $merge: { into: 'others', ...into } }])
        .toArray()
      return others()
    }
    const second = { _id: 2, n: 2 }
    expect(await merge({})).to.deep.equal([{ _id: 1, old: true, n: 1 }, second])
    expect(await merge({ whenMatched: 'replace' })).to.deep.equal([{ _id: 1, n: 1 }, second])
    expect(await merge({ whenMatched: 'keepExisting' })).to.deep.equal([{ _id: 1, old: true, n: 0 }, second])
    expect(await merge({ whenNotMatched: 'discard' })).to.deep.equal([{ _id: 1, old: true, n: 1 }])
    const whenMatched = [{ $set: { n: { $add: ['$n', '$$new.n', '$$more'] } } }]
    expect(await merge({ whenMatched, let: { more: '$n' } })).to.deep.equal([{ _id: 1, old: true, n: 2 }, second])
  })

  it('are refused by $merge where they do not fit', async () => {
    const merge = (into: object) =>
      refusal(
        collection()
          .aggregate([{ $merge: { into: 'others', ...into } }])
          .toArray(),
      )
    await collection('others').insertOne({ _id: 1 })
    const { code, errorResponse } = await merge({ whenMatched: 'fail' })
    expect(code).to.equal(11000)
    expect(errorResponse).to.deep.include({ keyPattern: { _id: 1 }, keyValue: { _id: 1 } })
    expect((await merge({ whenNotMatched: 'fail' })).code).to.equal(13113)
    expect((await merge({ on: 'n' })).code).to.equal(51183)
    await collection('others').createIndex({ n: 1 }, { unique: true })
    await collection('others').deleteMany({})
    await collection()
      .aggregate([{ $merge: { into: 'others', on: 'n' } }])
      .toArray()
    expect(await others()).to.have.length(2)
    expect((await merge({ guess: 1 })).code).to.equal(40415)
  })

  it('are written at the end alone, and not in a transaction', async () => {
    const early = collection().aggregate([{ $out: 'others' }, { $match: {} }])
    expect((await refusal(early.toArray())).code).to.equal(40601)
    const inTransaction = client().withSession((session) =>
      session.withTransaction(() =>
        collection()
          .aggregate([{ $merge: 'others' }], { session })
          .toArray(),
      ),
    )
    expect((await refusal(inTransaction)).codeName).to.equal('OperationNotSupportedInTransaction')
  })
})

describe('a pipeline on no collection', () => {
  const { db } = useEngine()

  it('begins with its documents', async () => {
    const found = await db()
      .aggregate([{ $documents: [{ a: 1 }, { a: 2 }] }, { $match: { a: 2 } }])
      .toArray()
    expect(found).to.deep.equal([{ a: 2 }])
    expect(
      (
        await refusal(
          db()
            .aggregate([{ $documents: [1] }])
            .toArray(),
        )
      ).code,
    ).to.equal(5858203)
    const other = await refusal(
      db()
        .aggregate([{ $match: {} }])
        .toArray(),
    )
    expect(other.codeName).to.equal('InvalidNamespace')
  })
})

describe('mistakes in a question', () => {
  const { db } = useEngine()

  it('are told also where there is no collection', async () => {
    const filter = { a: { $guess: 1 } }
    const q = filter
    const commands = [
      { find: 'none', filter },
      { find: 'none', sort: { a: 5 } },
      { count: 'none', query: filter },
      { distinct: 'none', key: 'a', query: filter },
      { findAndModify: 'none', query: filter, remove: true },
      { findAndModify: 'none', query: filter, update: { $set: { a: 1 } } },
    ]
    for (const command of commands) expect(await refusal(db().command(command))).to.be.instanceOf(MongoServerError)
    const removed = await db().command({ delete: 'none', deletes: [{ q, limit: 0 }] })
    const updated = await db().command({ update: 'none', updates: [{ q, u: { $set: { a: 1 } } }] })
    expect([removed, updated].map(({ writeErrors }) => writeErrors[0].code)).to.deep.equal([2, 2])
  })
})

describe('a cursor over what a pipeline has made', () => {
  it('gives the documents in their order, and holds none that it has given', () => {
    const made = [{ a: 'first' }, { a: 'second' }, { a: 'third' }]
    const giving = encoded(made)
    const first = giving.next().value
    expect(first && decode(first)).to.deep.equal({ a: 'first' })
    expect(made).to.have.deep.members([{ a: 'second' }, { a: 'third' }])
    expect([...giving].map(decode)).to.deep.equal([{ a: 'second' }, { a: 'third' }])
  })
})
