import { expect } from 'chai'
import fc from 'fast-check'
import type { Document, FindCursor } from 'mongodb'
import { type Doc, refusal, useEngine } from './running-engine.ts'

describe('indexes of the embedded engine', () => {
  const { collection, db, restart } = useEngine()

  /** Which index a find uses, whether it sorts by itself, and how much it looks at. */
  const planOf = async (filter: Document, options: Document = {}) => {
    const { queryPlanner, executionStats } = await db().command({
      explain: { find: 'things', filter, ...options },
      verbosity: 'executionStats',
    })
    let stage = queryPlanner.winningPlan
    const stages: string[] = []
    for (; stage; stage = stage.inputStage) {
      if (['IXSCAN', 'COLLSCAN', 'SORT'].includes(stage.stage)) stages.push(stage.indexName ?? stage.stage)
    }
    return [stages.join(' of '), executionStats.totalDocsExamined, executionStats.nReturned]
  }

  it('are listed as they were made', async () => {
    await collection().createIndex({ a: 1, b: -1 }, { unique: true })
    await collection().createIndex({ c: 1 }, { sparse: true, name: 'mine' })
    await collection().createIndex({ d: 1 }, { partialFilterExpression: { d: { $exists: true } } })
    const listed = [
      { v: 2, key: { _id: 1 }, name: '_id_' },
      { v: 2, key: { a: 1, b: -1 }, name: 'a_1_b_-1', unique: true },
      { v: 2, key: { c: 1 }, name: 'mine', sparse: true },
      { v: 2, key: { d: 1 }, name: 'd_1', partialFilterExpression: { d: { $exists: true } } },
    ]
    expect(await collection().indexes()).to.deep.equal(listed)
    await restart()
    expect(await collection().indexes()).to.deep.equal(listed)
  })

  it('are chosen by what the filter fixes, then ranges, then order', async () => {
    await collection().insertMany(
      Array.from({ length: 100 }, (_, _id) => ({ _id, a: _id % 10, b: _id, c: _id % 2, tag: `t${_id}` })),
    )
    await collection().createIndex({ a: 1, b: 1 })
    await collection().createIndex({ c: 1 })
    await collection().createIndex({ tag: 1 }, { unique: true })
    expect(await planOf({ a: 3 })).to.deep.equal(['a_1_b_1', 10, 10])
    expect(await planOf({ a: 3, b: { $gt: 50 } })).to.deep.equal(['a_1_b_1', 5, 5])
    expect(await planOf({ a: { $in: [1, 2, 2] }, b: { $lt: 20 } })).to.deep.equal(['a_1_b_1', 4, 4])
    expect(await planOf({ b: 7 })).to.deep.equal(['COLLSCAN', 100, 1])
    expect(await planOf({ c: 1, tag: 't5' })).to.deep.equal(['tag_1', 1, 1])
    expect(await planOf({ _id: 5 })).to.deep.equal(['_id_', 1, 1])
    expect(await planOf({ _id: { $gte: 90 } })).to.deep.equal(['_id_', 10, 10])
    expect(await planOf({ _id: { $in: [1, 5, 500] } })).to.deep.equal(['_id_', 2, 2])
    expect(await planOf({ a: 3, c: 1 }, { hint: 'c_1' })).to.deep.equal(['c_1', 50, 10])
    expect(await planOf({ a: 3 }, { hint: { $natural: 1 } })).to.deep.equal(['COLLSCAN', 100, 10])
  })

  it('give an order, so that a limit looks at no more than it shows', async () => {
    await collection().insertMany(Array.from({ length: 100 }, (_, _id) => ({ _id, a: _id % 2, b: 99 - _id })))
    await collection().createIndex({ a: 1, b: 1 })
    await collection().createIndex({ b: -1 })
    expect(await planOf({}, { sort: { b: 1 }, limit: 3 })).to.deep.equal(['b_-1', 3, 3])
    expect(await planOf({ a: 1 }, { sort: { b: -1 }, limit: 3 })).to.deep.equal(['a_1_b_1', 3, 3])
    expect(await planOf({ a: 1 }, { sort: { b: -1, _id: -1 }, limit: 3 })).to.deep.equal(['a_1_b_1', 3, 3])
    expect(await planOf({}, { sort: { a: 1, b: -1 }, limit: 3 })).to.deep.equal(['SORT of COLLSCAN', 100, 3])
    expect(await planOf({}, { sort: { _id: -1 }, limit: 3 })).to.deep.equal(['_id_', 3, 3])
    expect(await planOf({ b: { $gt: 95 } }, { sort: { a: 1 } })).to.deep.equal(['SORT of b_-1', 4, 4])
    const shown = await collection().find({ a: 1 }).sort({ b: -1, _id: -1 }).limit(2).toArray()
    expect(shown.map(({ _id }) => _id)).to.deep.equal([1, 3])
  })

  it('that hold only some documents are used only where that is enough', async () => {
    await collection().insertMany([{ _id: 1, a: 1, live: true }, { _id: 2, a: 1 }, { _id: 3 }])
    await collection().createIndex({ a: 1 }, { partialFilterExpression: { live: true } })
    await collection().createIndex({ b: 1 }, { sparse: true })
    expect(await planOf({ a: 1, live: true })).to.deep.equal(['a_1', 1, 1])
    expect(await planOf({ a: 1 })).to.deep.equal(['COLLSCAN', 3, 2])
    expect(await planOf({ b: 1 })).to.deep.equal(['b_1', 0, 0])
    expect(await planOf({ b: null })).to.deep.equal(['COLLSCAN', 3, 3])
    expect(await planOf({}, { sort: { b: 1 } })).to.deep.equal(['SORT of COLLSCAN', 3, 3])
    expect((await refusal(collection().find({ a: 1 }).hint('a_1').toArray())).code).to.equal(291)
  })

  it('keep values unique, with the key in the refusal', async () => {
    await collection().createIndex({ organisation: 1, account: 1 }, { unique: true })
    await collection().insertOne({ _id: 1, organisation: 'o', account: 'a' })
    await collection().insertOne({ _id: 2, organisation: 'o', account: 'b' })
    const error = await refusal(collection().insertOne({ organisation: 'o', account: 'a' }))
    expect([error.code, error.keyPattern, error.keyValue]).to.deep.equal([
      11000,
      { organisation: 1, account: 1 },
      { organisation: 'o', account: 'a' },
    ])
    expect(error.message).to.include('dup key: { organisation: "o", account: "a" }')
    const moved = await refusal(collection().updateOne({ _id: 2 }, { $set: { account: 'a' } }))
    expect(moved.code).to.equal(11000)
    const modified = await refusal(collection().findOneAndUpdate({ _id: 2 }, { $set: { account: 'a' } }))
    expect([modified.code, modified.keyValue]).to.deep.equal([11000, { organisation: 'o', account: 'a' }])
    await collection().deleteOne({ _id: 1 })
    await collection().updateOne({ _id: 2 }, { $set: { account: 'a' } })
    expect(await collection().find().toArray()).to.deep.equal([{ _id: 2, organisation: 'o', account: 'a' }])
  })

  it('see numbers of all types as the same value, and a missing field as null', async () => {
    await collection().createIndex({ n: 1 }, { unique: true })
    await db().command({ insert: 'things', documents: [{ _id: 1, n: 5 }] })
    expect((await refusal(collection().insertOne({ n: 5.0 }))).code).to.equal(11000)
    await collection().insertOne({ _id: 2 })
    expect((await refusal(collection().insertOne({ n: null }))).code).to.equal(11000)
  })

  it('keep partly unique what is partly indexed', async () => {
    await collection().createIndex({ name: 1 }, { unique: true, partialFilterExpression: { deleted: false } })
    await collection().insertOne({ _id: 1, name: 'a', deleted: true })
    await collection().insertOne({ _id: 2, name: 'a', deleted: false })
    expect((await refusal(collection().updateOne({ _id: 1 }, { $set: { deleted: false } }))).code).to.equal(11000)
    await collection().updateOne({ _id: 2 }, { $set: { deleted: true } })
    await collection().updateOne({ _id: 1 }, { $set: { deleted: false } })
  })

  it('cannot be made where values repeat, and leave nothing then', async () => {
    await collection().insertMany([
      { _id: 1, a: 1 },
      { _id: 2, a: 2 },
      { _id: 3, a: 1 },
    ])
    expect((await refusal(collection().createIndex({ a: 1 }, { unique: true }))).code).to.equal(11000)
    expect(await collection().indexes()).to.have.length(1)
    await collection().deleteOne({ _id: 3 })
    await collection().createIndex({ a: 1 }, { unique: true })
    expect(await planOf({ a: 2 })).to.deep.equal(['a_1', 1, 1])
  })

  it('are the same if they are made twice, and refused if they differ', async () => {
    await collection().createIndex({ a: 1 })
    await collection().createIndex({ a: 1 })
    expect((await refusal(collection().createIndex({ a: 1 }, { unique: true }))).code).to.be.oneOf([85, 86])
    expect((await refusal(collection().createIndex({ a: 1 }, { name: 'other' }))).code).to.equal(85)
    expect((await refusal(collection().createIndex({ b: 1 }, { name: 'a_1' }))).code).to.equal(86)
    expect(await collection().indexes()).to.have.length(2)
  })

  it('are dropped by name, by key or together', async () => {
    await collection().createIndexes([{ key: { a: 1 } }, { key: { b: 1 } }, { key: { c: 1 } }, { key: { d: 1 } }])
    await collection().dropIndex('a_1')
    await db().command({ dropIndexes: 'things', index: { b: 1 } })
    expect((await collection().indexes()).map(({ name }) => name)).to.deep.equal(['_id_', 'c_1', 'd_1'])
    await collection().dropIndexes()
    expect((await refusal(collection().dropIndex('a_1'))).code).to.equal(27)
    expect((await refusal(collection().dropIndex('_id_'))).code).to.equal(72)
    expect((await refusal(db().collection('nothing').dropIndex('a_1'))).code).to.equal(26)
    // A new index on the same field must not find what the old one has left.
    await collection().insertOne({ _id: 1, a: 1 })
    await collection().createIndex({ a: 1 })
    expect(await planOf({ a: 1 })).to.deep.equal(['a_1', 1, 1])
  })

  it('refuse values that are too long for them, and keep the documents without', async () => {
    await collection().createIndex({ a: 1 })
    expect((await refusal(collection().insertOne({ a: 'x'.repeat(3_000) }))).code).to.equal(17280)
    await collection().insertOne({ b: 'x'.repeat(3_000) })
    expect(await collection().countDocuments()).to.equal(1)
  })

  it('find through arrays each document once', async () => {
    await collection().createIndex({ tags: 1 })
    await collection().insertMany([
      { _id: 1, tags: ['a', 'b', 'c'] },
      { _id: 2, tags: [] },
      { _id: 3, tags: 'b' },
    ])
    expect(
      await collection()
        .find({ tags: { $gte: 'a' } })
        .toArray(),
    ).to.have.length(2)
    expect(await collection().find({ tags: 'b' }).toArray()).to.have.length(2)
    expect(
      await collection()
        .find({ tags: { $gt: 'b', $lt: 'b' } })
        .toArray(),
    ).to.deep.equal([{ _id: 1, tags: ['a', 'b', 'c'] }])
    expect(await collection().find({ tags: [] }).toArray()).to.deep.equal([{ _id: 2, tags: [] }])
    await restart()
    expect(
      await collection()
        .find({ tags: { $gt: 'b', $lt: 'b' } })
        .toArray(),
    ).to.have.length(1)
    const parallel = db().collection('parallel')
    await parallel.createIndex({ a: 1, b: 1 })
    expect((await refusal(parallel.insertOne({ a: [1], b: [1] }))).code).to.equal(171)
  })

  it('look only between the two ends that one element must lie between', async () => {
    await collection().createIndex({ tags: 1 })
    await collection().insertMany(
      ['ada', 'adam', 'bob', 'carl', 'dora'].map((name, _id) => ({ _id, tags: [name, 'z'] })),
    )
    expect(await planOf({ tags: { $elemMatch: { $gte: 'ad', $lt: 'ae' } } })).to.deep.equal(['tags_1', 2, 2])
    expect(await planOf({ tags: { $elemMatch: { $gte: 'x', $lt: 'y' } } })).to.deep.equal(['tags_1', 0, 0])
  })

  it('answer every query as a look at all documents does', async () => {
    // A small world, in which values meet often: arrays with elements on both sides of a range, fields of one array.
    const number = fc.integer({ min: 0, max: 3 })
    const scalar = fc.oneof(
      { weight: 5, arbitrary: number },
      fc.constantFrom<unknown>(null, 'a', '', true, 1.5, { x: 1 }),
    )
    const element = fc.record({ x: number, y: number }, { requiredKeys: [] })
    const value = fc.oneof(
      { weight: 3, arbitrary: scalar },
      { weight: 2, arbitrary: fc.array(scalar, { maxLength: 3 }) },
      { weight: 3, arbitrary: fc.array(element, { maxLength: 3 }) },
    )
    const document = fc.record({ a: value, b: scalar, c: scalar }, { requiredKeys: [] })
    const field = fc.constantFrom('a', 'b', 'c', 'a.x', 'a.y')
    const range = fc.dictionary(fc.constantFrom('$gt', '$gte', '$lt', '$lte', '$ne'), number, {
      minKeys: 1,
      maxKeys: 2,
    })
    const condition = fc.oneof(
      { weight: 4, arbitrary: scalar },
      { weight: 4, arbitrary: range },
      { weight: 2, arbitrary: fc.record({ $in: fc.array(scalar, { maxLength: 3 }) }) },
      { weight: 2, arbitrary: fc.record({ $elemMatch: range }) },
      fc.constantFrom({ $exists: true }, { $exists: false }),
    )
    const filter = fc.oneof(
      fc.dictionary(field, condition, { maxKeys: 3 }),
      fc.record({ 'a.x': fc.oneof(number, range), 'a.y': fc.oneof(number, range) }),
    )
    const direction = fc.constantFrom<1 | -1>(1, -1)
    const key = fc.oneof(
      fc.dictionary(field, direction, { minKeys: 1, maxKeys: 3 }),
      fc.record({ 'a.x': direction, 'a.y': direction }),
    )
    const index = fc.record({ key, kind: fc.constantFrom('plain', 'plain', 'sparse', 'partial') })
    const sort = fc.dictionary(field, direction, { maxKeys: 2 })
    let round = 0
    // Two arrays cannot be sorted by at once.
    const outcome = (cursor: FindCursor<Doc>): Promise<Doc[]> =>
      cursor.toArray().catch((error: { code?: number }) => [{ _id: 0, code: error.code }])
    await fc.assert(
      fc.asyncProperty(
        fc.array(document, { minLength: 5, maxLength: 15 }),
        fc.array(index, { minLength: 1, maxLength: 4 }),
        fc.array(fc.record({ filter, sort }), { minLength: 10, maxLength: 20 }),
        async (documents, indexes, queries) => {
          round += 1
          const things = collection(`things${round}`)
          const skipParallel = async (work: Promise<unknown>) => {
            await work.catch((error: { code?: number }) => {
              if (error.code !== 171) throw error
            })
          }
          for (const [place, { key, kind }] of indexes.entries()) {
            await things
              .createIndex(key, {
                name: `index${place}`,
                sparse: kind === 'sparse',
                ...(kind === 'partial' && { partialFilterExpression: { c: { $gte: 1 } } }),
              })
              .catch((error: { code?: number }) => {
                if (error.code !== 85) throw error
              })
          }
          const unordered = { ordered: false }
          await skipParallel(
            things.insertMany(
              documents.map((doc, _id) => ({ _id, ...doc })),
              unordered,
            ),
          )
          await skipParallel(things.updateMany({ _id: { $mod: [3, 1] } }, { $set: { a: [{ x: 1, y: 2 }, 3] } }))
          await things.deleteMany({ _id: { $mod: [5, 4] } })
          for (const query of queries) {
            const { filter: wanted, sort: by } = query
            const chosen = await outcome(things.find(wanted).sort(by))
            const all = await outcome(things.find(wanted).sort(by).hint({ $natural: 1 }))
            const byId = (docs: Doc[]) => docs.toSorted((x, y) => Number(x._id) - Number(y._id))
            expect(byId(chosen)).to.deep.equal(byId(all))
            const full = { ...by, _id: 1 } as const
            const ordered = await outcome(things.find(wanted).sort(full))
            expect(ordered).to.deep.equal(await outcome(things.find(wanted).sort(full).hint({ $natural: 1 })))
          }
          await things.drop().catch(() => undefined)
        },
      ),
      { numRuns: 20, endOnFailure: true },
    )
  })
})
