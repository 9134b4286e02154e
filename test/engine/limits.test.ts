import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEngine } from '@rolecall/embedded-mongo'
import { expect } from 'chai'
import { type Document, MongoClient } from 'mongodb'
import { type Engine, openEngine } from '../../packages/embedded-mongo/src/engine/engine.ts'
import { dropOldRetries, readRetries, writeRetries } from '../../packages/embedded-mongo/src/sessions/retries.ts'
import { impatientClient } from './impatient-client.ts'
import { refusal, useEngine } from './running-engine.ts'

describe('what is left behind in the embedded engine', () => {
  let directory = ''
  let engine: Engine
  let time = Date.now()

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rolecall-engine-'))
    const broken = (error: Error): void => {
      throw error
    }
    const limits = { oplogBytes: 100_000, oplogAgeMs: 60_000 }
    const clocks = { now: () => time, elapsedMs: () => time }
    engine = await openEngine({ directory, address: 'test.sock', ...clocks, ...limits }, broken)
  })
  afterEach(async () => {
    await engine.close()
    await rm(directory, { recursive: true })
  })

  it('a transaction is aborted after a minute, and its locks are free', async () => {
    const { transactions, locks, store } = engine
    const transaction = transactions.begin('session', {}, 1n, {})
    await transactions.statement(transaction, ({ change }) => change.claim('resource'))
    expect(store.openSnapshots).to.equal(1)
    time += 59_000
    expect(transaction.state).to.equal('open')
    time += 2_000
    expect(await locks.whenReleased('resource', 20_000)).to.equal(true)
    expect(transaction.state).to.equal('aborted')
    expect(store.openSnapshots).to.equal(0)
    const late = transactions.statement(transaction, () => 'done')
    expect(await late.catch(({ code }: { code: number }) => code)).to.equal(251)
  })

  it('changes that all snapshots show are forgotten', async () => {
    const { commits, locks, transactions } = engine
    const change = (resource: string) =>
      commits.run((commit) => {
        commit.statement((staged) => {
          staged.claim(resource)
          staged.record({ kind: 'other', db: 'a', collection: 'b' })
        })
      })
    const old = transactions.begin('old', {}, 1n, {})
    await transactions.statement(old, ({ time: read }) => read)
    const { time: changed } = await change('resource')
    expect(() => locks.acquire(old, changed - 1n, 'resource')).to.throw('Write conflict')
    transactions.abort(old)
    // Nobody reads from before it any more.
    expect(() => locks.acquire(old, changed - 1n, 'resource')).not.to.throw()
    locks.release(['resource'])
  })

  it('a transaction may have claimed more than a call takes arguments, and is told what became of it', async () => {
    const { transactions, locks } = engine
    const resources = Array.from({ length: 200_000 }, (_, n) => `resource ${n}`)
    const transaction = transactions.begin('session', {}, 1n, {})
    await transactions.statement(transaction, ({ change }) => {
      for (const resource of resources) change.claim(resource)
      change.record({ kind: 'other', db: 'a', collection: 'b' })
    })
    await transactions.commit(transaction, () => undefined)
    expect(transaction.state).to.equal('committed')
    expect(locks.isEmpty).to.equal(true)
  })

  it('records of retryable writes go an hour after the last use of their session', async () => {
    const { store } = engine
    const records = (session: string) => {
      const snapshot = store.snapshot()
      const found = readRetries(snapshot.view, session)
      snapshot.release()
      return found?.number
    }
    const record = { number: 5n, isTransaction: false, results: new Map() }
    await store.write((transaction) => writeRetries(transaction, 'aa', record, time - 3_700_000))
    await store.write((transaction) => writeRetries(transaction, 'bb', record, time - 3_500_000))
    await dropOldRetries(store, time)
    expect([records('aa'), records('bb')]).to.deep.equal([undefined, 5n])
  })

  it('the log of changes is cut by age too', async () => {
    const { commits, oplog } = engine
    const write = () => commits.run((commit) => commit.record({ kind: 'other', db: 'a', collection: 'b' }))
    const { time: first } = await write()
    time += 61_000
    const { time: second } = await write()
    await oplog.trim()
    expect(oplog.entryAt(first)).to.equal(undefined)
    expect(oplog.entryAt(second)).not.to.equal(undefined)
    expect(oplog.completeAfter >= first && oplog.completeAfter < second).to.equal(true)
  })
})

describe('stopping the embedded engine', () => {
  it('ends the waiting of those who wait in streams, and keeps what was answered', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rolecall-engine-'))
    const engine = await startEngine({ directory })
    const client = await impatientClient(engine.uri)
    const things = client.db('a').collection<{ _id: number }>('things')
    const cursor = await client
      .db('a')
      .command({ aggregate: 'quiet', pipeline: [{ $changeStream: {} }], cursor: {} })
      .then(({ cursor: opened }) => opened.id)
    const waiting = client
      .db('a')
      .command({ getMore: cursor, collection: 'quiet', maxTimeMS: 60_000 }, { promoteLongs: false })
      .catch((error: Document) => error.code)
    const kept: number[] = []
    const writing = (async () => {
      for (let _id = 0; ; _id += 1) {
        await things.insertOne({ _id })
        kept.push(_id)
      }
    })().catch(() => undefined)
    while (kept.length < 20) await things.findOne()
    await engine.stop()
    // An answer, not a connection that was closed on it.
    expect(await waiting).to.equal(11600)
    await writing
    await client.close()
    const again = await startEngine({ directory })
    const other = await new MongoClient(again.uri).connect()
    const found = await other.db('a').collection<{ _id: number }>('things').distinct('_id')
    expect(kept.filter((id) => !found.includes(id))).to.deep.equal([])
    await other.close()
    await again.stop()
    await rm(directory, { recursive: true })
  })
})

describe('the limits of the embedded engine', () => {
  const { collection, client, db } = useEngine()

  it('refuses more values of a distinct than a document holds, as they are written and not as they are indexed', async () => {
    const perDocument = 400_000
    for (const _id of [0, 1, 2]) {
      const values = Array.from({ length: perDocument }, (_, place) => _id * perDocument + place + 0.5)
      await collection().insertOne({ _id, values })
    }
    expect((await refusal(collection().distinct('values'))).code).to.equal(17217)
    expect(await collection().distinct('values', { _id: 0 })).to.have.length(perDocument)
  })

  it('end a transaction that grows beyond them', async () => {
    const session = client().startSession()
    session.startTransaction()
    const text = 'x'.repeat(15 * 1024 * 1024)
    const error = await refusal(
      (async () => {
        for (let _id = 0; _id < 10; _id += 1) await collection().insertOne({ _id, text }, { session })
      })(),
    )
    expect(error.code).to.equal(257)
    await session.endSession()
    expect(await collection().countDocuments()).to.equal(0)
  })

  it('close a cursor that is killed, and know it no more', async () => {
    await collection().insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }])
    const { cursor } = await db().command({ find: 'things', batchSize: 1 }, { promoteLongs: false })
    const killed = await db().command({ killCursors: 'things', cursors: [cursor.id] })
    expect(killed.cursorsKilled).to.have.length(1)
    expect((await refusal(db().command({ getMore: cursor.id, collection: 'things' }))).code).to.equal(43)
    const { cursors } = await db().admin().serverStatus()
    expect(cursors).to.deep.equal({ open: 0, snapshots: 0 })
  })
})
