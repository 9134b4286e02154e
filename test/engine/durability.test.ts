import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { type Db, MongoClient, type ResumeToken } from 'mongodb'
import { type EngineProcess, startEngineProcess } from './engine-process.ts'

interface Write {
  _id: string
  value: string
}

interface Half {
  _id: string
  pair: string
}

describe('an engine that is killed under load', () => {
  const rounds = 5
  const writers = 6
  let directory = ''
  let engine: EngineProcess | undefined

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rolecall-engine-'))
  })
  after(async () => {
    await engine?.kill()
    await rm(directory, { recursive: true })
  })

  it(`has all that it acknowledged, nothing by halves, and tells it once (${rounds} rounds)`, async () => {
    const acknowledged = new Set<string>()
    const acknowledgedPairs = new Set<string>()
    const told: string[] = []
    let token: ResumeToken | undefined

    for (let round = 0; round < rounds; round += 1) {
      engine = await startEngineProcess(directory)
      const client = await new MongoClient(engine.uri, { serverSelectionTimeoutMS: 1_000 }).connect()
      const db = client.db('shop')
      if (round === 0) {
        await db.collection('writes').createIndex({ value: 1 }, { unique: true })
        await db.collection('left').createIndex({ pair: 1 })
        const first = db.collection('writes').watch([], { maxAwaitTimeMS: 1 })
        await first.tryNext()
        token = first.resumeToken
        await first.close()
      }
      await checkWhole(db, acknowledged, acknowledgedPairs)

      const stream = db.collection<Write>('writes').watch([], { resumeAfter: token })
      stream.on('change', (event) => {
        token = event._id
        if (event.operationType === 'insert') told.push(event.documentKey._id)
      })
      // The kill is the end of it.
      stream.on('error', () => undefined)

      let count = 0
      const enough = new Promise<void>((resolve) => {
        const one = async (writer: number, n: number): Promise<void> => {
          const id = `${round}-${writer}-${n}`
          await db.collection<Write>('writes').insertOne({ _id: id, value: `value ${id}` })
          acknowledged.add(id)
          await client.withSession((session) =>
            session.withTransaction(async () => {
              await db.collection<Half>('left').insertOne({ _id: id, pair: id }, { session })
              await db.collection<Half>('right').insertOne({ _id: id, pair: id }, { session })
              await db
                .collection<{ _id: string; n: number }>('sum')
                .updateOne({ _id: `sum ${writer}` }, { $inc: { n: 1 } }, { session, upsert: true })
            }),
          )
          acknowledgedPairs.add(id)
          count += 1
          if (count === 60) resolve()
        }
        for (let writer = 0; writer < writers; writer += 1) {
          const write = async (): Promise<void> => {
            for (let n = 0; ; n += 1) await one(writer, n)
          }
          // Ends when the engine does.
          write().catch(() => undefined)
        }
      })
      await enough
      await engine.kill()
      await client.close()
    }

    engine = await startEngineProcess(directory)
    const client = await new MongoClient(engine.uri).connect()
    const db = client.db('shop')
    await checkWhole(db, acknowledged, acknowledgedPairs)
    await db.collection<Write>('writes').insertOne({ _id: 'last', value: 'last' })
    const stream = db.collection<Write>('writes').watch([], { resumeAfter: token })
    for await (const event of stream) {
      if (event.operationType === 'insert') told.push(event.documentKey._id)
      if (told.at(-1) === 'last') break
    }
    expect(new Set(told).size, 'each event once').to.equal(told.length)
    const stored = await db.collection<Write>('writes').distinct('_id')
    expect([...told].sort()).to.deep.equal([...stored].sort())
    await client.close()
    await engine.stop()
  }).timeout(120_000)
})

const checkWhole = async (db: Db, acknowledged: Set<string>, pairs: Set<string>): Promise<void> => {
  const writes = await db.collection<Write>('writes').distinct('_id')
  expect(
    [...acknowledged].filter((id) => !new Set(writes).has(id)),
    'acknowledged, and lost',
  ).to.deep.equal([])
  const left = await db.collection<Half>('left').distinct('_id')
  const right = await db.collection<Half>('right').distinct('_id')
  expect(left, 'halves of transactions').to.deep.equal(right)
  expect(
    [...pairs].filter((id) => !new Set(left).has(id)),
    'committed, and lost',
  ).to.deep.equal([])
  const sums = await db.collection<{ n: number }>('sum').find().toArray()
  expect(sums.reduce((sum, { n }) => sum + n, 0)).to.equal(left.length)
  // What an index finds is what there is, and the other way round.
  const byIndex = await db
    .collection<Half>('left')
    .find({ pair: { $gte: '' } })
    .hint('pair_1')
    .toArray()
  const byLooking = await db.collection<Half>('left').find().hint({ $natural: 1 }).toArray()
  expect(byIndex.map(({ _id }) => _id).sort()).to.deep.equal(byLooking.map(({ _id }) => _id).sort())
  const values = await db.collection<Write>('writes').countDocuments({ value: { $gte: '' } })
  expect(values).to.equal(writes.length)
}
