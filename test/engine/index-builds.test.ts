import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkData, startEngine } from '@rolecall/embedded-mongo'
import { expect } from 'chai'
import { type IndexDescription, MongoClient } from 'mongodb'
import type { Request } from '../../packages/embedded-mongo/src/commands/command.ts'
import { createIndexes } from '../../packages/embedded-mongo/src/commands/create-indexes.ts'
import { openEngine } from '../../packages/embedded-mongo/src/engine/engine.ts'
import { type Doc, refusal, useEngine } from './running-engine.ts'

describe('several indexes that are made together', () => {
  const { collection, db } = useEngine()
  const names = async (): Promise<string[]> =>
    (await collection().listIndexes().toArray()).map(({ name }) => String(name))
  const documents = [
    { _id: 1, a: 1, tags: ['x', 'y'], same: 1 },
    { _id: 2, a: 2, tags: ['x'], same: 1 },
  ]
  const fill = (): Promise<unknown> => collection().insertMany(documents)
  /** The third cannot be made of these documents. */
  const wanted: IndexDescription[] = [
    { key: { a: 1 }, unique: true },
    { key: { tags: 1 } },
    { key: { same: 1 }, unique: true },
    { key: { b: 1 } },
  ]

  it('are none of them there if one cannot be filled', async () => {
    await fill()
    await collection().createIndex({ before: 1 })
    expect((await refusal(collection().createIndexes(wanted))).code).to.equal(11000)
    expect(await names()).to.deep.equal(['_id_', 'before_1'])
    // What the first of them would refuse.
    await collection().insertOne({ _id: 3, a: 1, same: 2 })
    await collection().deleteOne({ _id: 3 })
    expect(await db().command({ validate: 'things' })).to.include({ valid: true, nIndexes: 2 })
  })

  it('leave nothing of it on the disk', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rolecall-engine-'))
    for (const expected of [11000, 'done']) {
      const own = await startEngine({ directory: folder })
      const other = await new MongoClient(own.uri).connect()
      const things = other.db('shop').collection<Doc>('things')
      if (expected === 'done') await things.updateOne({ _id: 1 }, { $set: { same: 2 } })
      else await things.insertMany(documents)
      const made = things.createIndexes(wanted).then(
        () => 'done',
        ({ code }: { code: number }) => code,
      )
      expect(await made).to.equal(expected)
      await other.close()
      await own.stop()
      const { faults, collections } = await checkData(folder)
      expect(faults).to.deep.equal([])
      expect(collections[0]?.indexes).to.have.length(expected === 'done' ? 5 : 1)
    }
    await rm(folder, { recursive: true })
  })

  it('are none of them there if one contradicts another, or one that was there before', async () => {
    await fill()
    await collection().createIndex({ a: 1 })
    const contradictions = [
      [{ key: { b: 1 } }, { key: { b: 1 }, unique: true }],
      [{ key: { b: 1 } }, { key: { b: 1 }, name: 'other' }],
      [{ key: { b: 1 } }, { key: { a: 1 }, unique: true }],
      [
        { key: { b: 1 }, name: 'b' },
        { key: { c: 1 }, name: 'b' },
      ],
    ]
    for (const specs of contradictions) {
      expect((await refusal(collection().createIndexes(specs))).code).to.be.oneOf([85, 86])
      expect(await names()).to.deep.equal(['_id_', 'a_1'])
    }
  })

  it('make no collection if they contradict each other', async () => {
    const indexes = [
      { key: { a: 1 }, name: 'one' },
      { key: { a: 1 }, name: 'two' },
    ]
    expect((await refusal(db().command({ createIndexes: 'things', indexes }))).code).to.equal(85)
    expect(await db().listCollections().toArray()).to.deep.equal([])
  })

  it('are counted, and none is made twice', async () => {
    const indexes = [
      { key: { a: 1 }, name: 'a' },
      { key: { tags: 1 }, name: 'tags' },
      { key: { a: 1 }, name: 'a' },
    ]
    const made = { numIndexesBefore: 1, numIndexesAfter: 3, createdCollectionAutomatically: true }
    expect(await db().command({ createIndexes: 'things', indexes })).to.include(made)
    const again = { numIndexesBefore: 3, numIndexesAfter: 3, createdCollectionAutomatically: false }
    const answer = await db().command({ createIndexes: 'things', indexes })
    expect(answer).to.include({ ...again, note: 'all indexes already exist' })
    expect(await names()).to.deep.equal(['_id_', 'a', 'tags'])
    await fill()
    expect(await db().command({ validate: 'things' })).to.include({ valid: true })
  })
  it('are written to the catalogue together', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rolecall-engine-'))
    const settings = { directory: folder, address: 'test.sock', oplogBytes: 1_000_000, oplogAgeMs: 60_000 }
    const own = await openEngine({ ...settings, now: Date.now, elapsedMs: () => 0 }, (error) => {
      throw error
    })
    const make = async (...names: string[]): Promise<number> => {
      const before = own.catalogue.changes
      const indexes = names.map((name) => ({ key: { [name]: 1 }, name }))
      const request: Request = {
        name: 'createIndexes',
        db: 'shop',
        body: { createIndexes: 'things', indexes },
        sequences: new Map(),
        connection: { id: 1, signal: new AbortController().signal, drop: () => undefined },
        session: undefined,
        txnNumber: undefined,
        transaction: undefined,
        deadline: undefined,
        readConcern: undefined,
        atClusterTime: undefined,
        format: 'message',
        exhaustAllowed: false,
      }
      await createIndexes.run(own, request)
      return own.catalogue.changes - before
    }
    expect(await make('a', 'b', 'c')).to.equal(1)
    expect(await make('a', 'd', 'e', 'f')).to.equal(1)
    expect(await make('a', 'f')).to.equal(0)
    await own.close()
    await rm(folder, { recursive: true })
  })
})
