import { expect } from 'chai'
import { type Connection, createConnection, Error as MongooseError, type mongo, Schema, Types } from 'mongoose'
import { refusal, useEngine } from './running-engine.ts'

/** What mongoose makes of its calls is not for us to know; that its own promises hold on the engine is. */
describe('mongoose on the embedded engine', () => {
  const { db, engine } = useEngine()
  let connection: Connection

  beforeEach(async () => {
    connection = await createConnection(engine().uri, { dbName: db().databaseName, autoIndex: false }).asPromise()
  })
  afterEach(() => connection.close())

  const aTeam = async () => {
    const Team = connection.model(
      'Team',
      new Schema({ name: { type: String, required: true }, size: { type: Number, default: 0 }, tags: [String] }),
    )
    await Team.createCollection()
    return Team
  }

  describe('documents', () => {
    it('are validated before they are sent, and nothing is stored of those that are wrong', async () => {
      const Team = await aTeam()
      const error = await Team.create({ size: 1 }).catch((reason: unknown) => reason)
      expect(error).to.be.instanceOf(MongooseError.ValidationError)
      expect(await Team.countDocuments()).to.equal(0)
    })

    it('come back as they were saved, and as plain objects with lean', async () => {
      const Team = await aTeam()
      const { _id } = await Team.create({ name: 'blue', tags: ['a', 'b'] })
      const found = await Team.findById(_id).orFail()
      expect(found.toObject()).to.deep.equal({ _id, name: 'blue', size: 0, tags: ['a', 'b'], __v: 0 })
      const lean = await Team.findOne({ tags: 'b' }).lean().orFail()
      expect(Object.getPrototypeOf(lean)).to.equal(Object.prototype)
      expect(lean).to.deep.equal({ _id, name: 'blue', size: 0, tags: ['a', 'b'], __v: 0 })
    })

    it('send only what has changed, so that two people change different fields', async () => {
      const Team = await aTeam()
      const { _id } = await Team.create({ name: 'blue' })
      const [one, other] = [await Team.findById(_id).orFail(), await Team.findById(_id).orFail()]
      one.name = 'red'
      other.size = 5
      await Promise.all([one.save(), other.save()])
      expect(await Team.findById(_id).lean()).to.deep.include({ name: 'red', size: 5 })
    })

    it('know by their version that an array has changed under them', async () => {
      const Team = await aTeam()
      const { _id } = await Team.create({ name: 'blue', tags: ['a', 'b', 'c'] })
      const [one, other] = [await Team.findById(_id).orFail(), await Team.findById(_id).orFail()]
      one.tags = one.tags.filter((tag) => tag !== 'a')
      await one.save()
      expect(one.get('__v')).to.equal(1)
      other.set('tags.2', 'z')
      const error = await other.save().catch((reason: unknown) => reason)
      expect(error).to.be.instanceOf(MongooseError.VersionError)
      expect(await Team.findById(_id).lean()).to.deep.include({ tags: ['b', 'c'], __v: 1 })
    })

    it('refuse any lost update where the schema asks for it', async () => {
      const schema = new Schema({ balance: Number }, { optimisticConcurrency: true })
      const Account = connection.model('Account', schema)
      const { _id } = await Account.create({ balance: 1 })
      const [one, other] = [await Account.findById(_id).orFail(), await Account.findById(_id).orFail()]
      one.balance = 2
      await one.save()
      other.balance = 3
      expect(await other.save().catch((reason: unknown) => reason)).to.be.instanceOf(MongooseError.VersionError)
      expect(await Account.findById(_id).lean()).to.deep.include({ balance: 2 })
    })

    it('carry when they were made and when they last changed', async () => {
      const Note = connection.model('Note', new Schema({ text: String }, { timestamps: true }))
      const made = await Note.create({ text: 'a' })
      expect(made.createdAt).to.deep.equal(made.updatedAt)
      await Note.updateOne({ _id: made._id }, { text: 'b' }, { upsert: true })
      const changed = await Note.findById(made._id).lean().orFail()
      expect(changed.createdAt).to.deep.equal(made.createdAt)
      expect(Number(changed.updatedAt)).to.be.at.least(Number(made.updatedAt))
      await Note.updateOne({ text: 'new' }, { text: 'new' }, { upsert: true })
      expect((await Note.findOne({ text: 'new' }).lean().orFail()).createdAt).to.be.instanceOf(Date)
    })

    it('are of the kind that they were made as, in one collection', async () => {
      const Happening = connection.model('Happening', new Schema({ at: Number }, { discriminatorKey: 'kind' }))
      const Sale = Happening.discriminator('Sale', new Schema({ amount: Number }))
      await Promise.all([Happening.create({ at: 1 }), Sale.create({ at: 2, amount: 5 })])
      expect(await Sale.countDocuments()).to.equal(1)
      const [, sale] = await Happening.find().sort({ at: 1 })
      expect(sale).to.be.instanceOf(Sale)
      expect(sale?.get('amount')).to.equal(5)
    })
  })

  describe('unique indexes', () => {
    it('refuse the second document by the name of the index, also in a transaction', async () => {
      const User = connection.model('User', new Schema({ email: { type: String, unique: true } }))
      await User.init()
      await User.createIndexes()
      await User.create({ email: 'a@example.org' })
      const error = await refusal(User.create({ email: 'a@example.org' }))
      expect([error.code, error.keyPattern, error.keyValue]).to.deep.equal([
        11000,
        { email: 1 },
        { email: 'a@example.org' },
      ])
      expect(error.message).to.contain('index: email_1 dup key')
      const inside = await refusal(
        connection.transaction((session) => User.create([{ email: 'a@example.org' }], { session })),
      )
      expect(inside.code).to.equal(11000)
    })

    it('are made, kept and dropped as the schema says by syncIndexes', async () => {
      const Team = connection.model('Synced', new Schema({ a: { type: Number, index: true }, b: Number }))
      expect(await Team.syncIndexes()).to.deep.equal([])
      connection.deleteModel('Synced')
      const schema = new Schema({ a: Number, b: { type: Number, unique: true, sparse: true } })
      schema.index({ a: 1, b: -1 }, { partialFilterExpression: { a: { $gt: 0 } } })
      const Changed = connection.model('Synced', schema)
      const { toDrop, toCreate } = await Changed.diffIndexes()
      expect([toDrop, toCreate.length]).to.deep.equal([['a_1'], 2])
      expect(await Changed.syncIndexes()).to.deep.equal(['a_1'])
      expect(await Changed.syncIndexes()).to.deep.equal([])
      const names = (await Changed.listIndexes()).map(({ name }) => name)
      expect(names).to.have.members(['_id_', 'b_1', 'a_1_b_-1'])
    })
  })

  describe('updates', () => {
    it('give the document before or after, or the one that an upsert has made', async () => {
      const Team = await aTeam()
      await Team.create({ name: 'blue', size: 1 })
      const before = await Team.findOneAndUpdate({ name: 'blue' }, { $inc: { size: 1 } })
      const after = await Team.findOneAndUpdate({ name: 'blue' }, { $inc: { size: 1 } }, { returnDocument: 'after' })
      expect([before?.size, after?.size]).to.deep.equal([1, 3])
      const upsert = { upsert: true, returnDocument: 'after', includeResultMetadata: true } as const
      const made = await Team.findOneAndUpdate({ name: 'red' }, { $push: { tags: 'new' } }, upsert)
      expect(made.lastErrorObject).to.deep.include({ updatedExisting: false, upserted: made.value?._id })
      // Defaults of the schema are set on insert.
      expect(made.value?.toObject()).to.deep.include({ name: 'red', size: 0, tags: ['new'], __v: 0 })
      expect(await Team.findOneAndUpdate({ name: 'none' }, { size: 9 })).to.equal(null)
      const gone = await Team.findOneAndDelete({ name: 'red' })
      expect([gone?.name, await Team.countDocuments()]).to.deep.equal(['red', 1])
    })

    it('count what they found and what they changed', async () => {
      const Team = await aTeam()
      await Team.insertMany([{ name: 'a' }, { name: 'b' }, { name: 'c', size: 1 }])
      const changed = await Team.updateMany({}, { size: 1 })
      expect([changed.matchedCount, changed.modifiedCount]).to.deep.equal([3, 2])
      const upserted = await Team.updateOne({ name: 'd' }, { $setOnInsert: { size: 7 } }, { upsert: true })
      expect([upserted.matchedCount, upserted.upsertedCount]).to.deep.equal([0, 1])
      expect((await Team.deleteMany({ size: 1 })).deletedCount).to.equal(3)
    })

    it('change elements of arrays by position and by filter', async () => {
      const Order = connection.model('Order', new Schema({ lines: [{ _id: false, item: String, amount: Number }] }))
      const { _id } = await Order.create({
        lines: [
          { item: 'a', amount: 1 },
          { item: 'b', amount: 2 },
        ],
      })
      await Order.updateOne({ _id, 'lines.item': 'b' }, { $inc: { 'lines.$.amount': 10 } })
      const arrayFilters = [{ 'cheap.amount': { $lt: 5 } }]
      await Order.updateOne({ _id }, { $set: { 'lines.$[cheap].item': 'cheap' } }, { arrayFilters })
      const { lines } = await Order.findById(_id).lean().orFail()
      expect(lines).to.deep.equal([
        { item: 'cheap', amount: 1 },
        { item: 'b', amount: 12 },
      ])
    })

    it('go in bulk, and those after a failure too where the order does not matter', async () => {
      const Item = connection.model('Item', new Schema({ _id: Number, n: Number }, { timestamps: true }))
      await Item.init()
      const result = await Item.bulkWrite([
        { insertOne: { document: { _id: 1, n: 1 } } },
        { updateOne: { filter: { _id: 2 }, update: { $inc: { n: 5 } }, upsert: true } },
        { updateMany: { filter: {}, update: { $inc: { n: 1 } } } },
        { replaceOne: { filter: { _id: 2 }, replacement: { n: 0 } } },
        { deleteOne: { filter: { _id: 1 } } },
      ])
      expect([result.insertedCount, result.upsertedCount, result.modifiedCount, result.deletedCount]).to.deep.equal([
        1, 1, 3, 1,
      ])
      const writes = [{ insertOne: { document: { _id: 2, n: 2 } } }, { insertOne: { document: { _id: 3, n: 3 } } }]
      const error = await refusal(Item.bulkWrite(writes, { ordered: false }))
      expect(error.code).to.equal(11000)
      expect(await Item.distinct('_id')).to.have.members([2, 3])
    })
  })

  describe('reading', () => {
    it('counts, tells values apart, sorts, skips and goes by cursor', async () => {
      const Team = await aTeam()
      await Team.insertMany(Array.from({ length: 250 }, (_, n) => ({ name: `t${n % 3}`, size: n })))
      expect(await Team.countDocuments({ size: { $gte: 200 } })).to.equal(50)
      expect(await Team.estimatedDocumentCount()).to.equal(250)
      expect(await Team.distinct('name', { size: { $lt: 2 } })).to.have.members(['t0', 't1'])
      expect(await Team.exists({ size: 9 })).not.to.equal(null)
      const page = await Team.find({}, { size: 1, _id: 0 }, { sort: '-size', skip: 1, limit: 2 }).lean()
      expect(page).to.deep.equal([{ size: 248 }, { size: 247 }])
      let sum = 0
      for await (const { size } of Team.find().cursor({ batchSize: 10 })) sum += size ?? 0
      expect(sum).to.equal((249 * 250) / 2)
    })

    it('fills in what is referred to, in many documents by one more question', async () => {
      const Author = connection.model('Author', new Schema({ name: String }))
      const Book = connection.model(
        'Book',
        new Schema({ title: String, authors: [{ type: Schema.Types.ObjectId, ref: 'Author' }] }),
      )
      const [a, b] = [await Author.create({ name: 'a' }), await Author.create({ name: 'b' })]
      await Book.create([
        { title: 'one', authors: [b._id, a._id] },
        { title: 'two', authors: [new Types.ObjectId()] },
      ])
      const books = await Book.find().sort('title').populate<{ authors: { name: string }[] }>('authors').lean()
      expect(books.map(({ authors }) => authors.map(({ name }) => name))).to.deep.equal([['b', 'a'], []])
    })

    it('aggregates', async () => {
      const Team = await aTeam()
      await Team.insertMany([
        { name: 'a', size: 1 },
        { name: 'b', size: 2 },
        { name: 'a', size: 3 },
      ])
      const sums = await Team.aggregate<mongo.Document>()
        .match({ size: { $gt: 0 } })
        .group({ _id: '$name', sum: { $sum: '$size' } })
        .sort({ sum: -1 })
      expect(sums).to.deep.equal([
        { _id: 'a', sum: 4 },
        { _id: 'b', sum: 2 },
      ])
    })
  })

  describe('transactions and streams', () => {
    it('run a transaction again after a conflict, and reset what is in memory', async () => {
      const Counter = connection.model('Counter', new Schema({ _id: String, n: Number }))
      await Counter.create({ _id: 'one', n: 0 })
      const increment = () =>
        connection.transaction(async (session) => {
          const counter = await Counter.findById('one').session(session).orFail()
          counter.n = (counter.n ?? 0) + 1
          await counter.save()
        })
      await Promise.all(Array.from({ length: 5 }, increment))
      expect((await Counter.findById('one').lean().orFail()).n).to.equal(5)
    })

    it('take back everything by withTransaction when the callback throws', async () => {
      const Team = await aTeam()
      const session = await connection.startSession()
      const broken = new Error('not after all')
      const outcome = await session
        .withTransaction(async () => {
          await Team.create([{ name: 'a' }], { session })
          expect(await Team.countDocuments({}, { session })).to.equal(1)
          expect(await Team.countDocuments()).to.equal(0)
          throw broken
        })
        .catch((reason: unknown) => reason)
      await session.endSession()
      expect(outcome).to.equal(broken)
      expect(await Team.countDocuments()).to.equal(0)
    })

    it('tell of changes in their order, whole documents and what was changed', async () => {
      const Team = await aTeam()
      // From a time on, since nobody says when a stream of mongoose's is open.
      const { operationTime } = await db().command({ ping: 1 })
      const stream = Team.watch([], { fullDocument: 'updateLookup', startAtOperationTime: operationTime })
      const next = async () => {
        const event = await stream.next()
        return [event.operationType, event.fullDocument?.name, event.updateDescription?.updatedFields]
      }
      const team = await Team.create({ name: 'blue' })
      const told = [await next()]
      team.name = 'red'
      await team.save()
      told.push(await next())
      await team.deleteOne()
      told.push(await next())
      await stream.close()
      expect(told).to.deep.equal([
        ['insert', 'blue', undefined],
        ['update', 'red', { name: 'red' }],
        ['delete', undefined, undefined],
      ])
    })
  })
})
