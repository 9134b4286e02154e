import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { queryCursor } from '../../packages/embedded-mongo/src/cursors/cursors.ts'
import { type Engine, openEngine } from '../../packages/embedded-mongo/src/engine/engine.ts'
import { CommandError } from '../../packages/embedded-mongo/src/errors.ts'
import { refusal, useEngine } from './running-engine.ts'
import { wireClient } from './wire-client.ts'

const codeOf = (run: () => unknown): number | string => {
  try {
    run()
    return 'it was not refused'
  } catch (error) {
    return error instanceof CommandError ? error.code : String(error)
  }
}

describe('a cursor that nobody asks for more', () => {
  let directory = ''
  let engine: Engine
  let time = Date.now()

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rolecall-engine-'))
    const settings = { directory, address: 'test.sock', oplogBytes: 1_000_000, oplogAgeMs: 60_000, testCommands: false }
    engine = await openEngine({ ...settings, now: () => time, elapsedMs: () => time }, (error) => {
      throw error
    })
  })
  afterEach(async () => {
    await engine.close()
    await rm(directory, { recursive: true })
  })

  const opened = () => {
    const snapshot = engine.store.snapshot()
    const source = queryCursor([], snapshot.release)
    return engine.cursors.open({
      namespace: 'a.b',
      session: undefined,
      transaction: undefined,
      source,
      isTailable: false,
    })
  }

  it('is closed after ten minutes, and gives its snapshot back', () => {
    const { cursors, store } = engine
    const { id } = opened()
    time += 10 * 60_000
    cursors.reap()
    expect(cursors.find(id, 'a.b').id).to.equal(id)
    expect(store.openSnapshots).to.equal(1)
    time += 1
    cursors.reap()
    expect(codeOf(() => cursors.find(id, 'a.b'))).to.equal(43)
    expect(store.openSnapshots).to.equal(0)
  })

  it('is not closed while somebody waits in it', () => {
    const { cursors } = engine
    const cursor = opened()
    cursor.isInUse = true
    time += 60 * 60_000
    cursors.reap()
    expect(cursors.size).to.equal(1)
    cursor.isInUse = false
    cursors.reap()
    expect(cursors.size).to.equal(0)
  })
})

describe('what a client leaves behind', () => {
  const { collection, client, db, engine } = useEngine()
  const open = async (): Promise<{ open: number; snapshots: number }> => (await db().admin().serverStatus()).cursors

  it('goes with its session: cursors, transactions, locks', async () => {
    await collection().insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }])
    const session = client().startSession()
    const cursor = collection().find({}, { session, batchSize: 1 })
    await cursor.next()
    const other = client().startSession()
    other.startTransaction()
    await collection().updateOne({ _id: 1 }, { $set: { n: 1 } }, { session: other })
    expect(await open()).to.deep.equal({ open: 1, snapshots: 2 })
    await db()
      .admin()
      .command({ endSessions: [session.id, other.id] })
    expect(await open()).to.deep.equal({ open: 0, snapshots: 0 })
    // Nobody holds the lock.
    await collection().updateOne({ _id: 1 }, { $set: { n: 2 } })
    expect((await refusal(other.commitTransaction())).code).to.equal(251)
    await Promise.all([session.endSession(), other.endSession()])
  })

  it('is freed when its connection breaks in the middle of a transaction', async () => {
    await collection().insertOne({ _id: 1, n: 0 })
    const wire = await wireClient(engine().uri)
    const lsid = client().startSession().id
    const answer = await wire.ask({
      update: 'things',
      updates: [{ q: { _id: 1 }, u: { $set: { n: 1 } } }],
      lsid,
      txnNumber: 1n,
      startTransaction: true,
      autocommit: false,
      $db: db().databaseName,
    })
    expect(answer.body.ok).to.equal(1)
    expect((await open()).snapshots).to.equal(1)
    wire.close()
    await wire.closed
    // Waits for the lock, which the broken connection gives back.
    await collection().updateOne({ _id: 1 }, { $set: { n: 2 } }, { maxTimeMS: 20_000 })
    expect(await collection().findOne()).to.deep.equal({ _id: 1, n: 2 })
    expect((await open()).snapshots).to.equal(0)
  })
})

describe('a change stream whose place was cut from the log', () => {
  const { collection, db } = useEngine({ oplogBytes: 200_000 })

  it('is told so when it asks for more, and cannot be resumed', async () => {
    await collection().insertOne({ _id: 'first' })
    const pipeline = [{ $changeStream: {} }]
    const { cursor } = await db().command({ aggregate: 'things', pipeline, cursor: {} }, { promoteLongs: false })
    for (let n = 0; n < 100; n += 1) await collection().insertOne({ _id: n, text: 'x'.repeat(5_000) })
    const resumed = [{ $changeStream: { resumeAfter: cursor.postBatchResumeToken } }]
    const isCut = (): Promise<boolean> =>
      db()
        .command({ aggregate: 'things', pipeline: resumed, cursor: {} })
        .then(
          () => false,
          ({ code }: { code: number }) => code === 286,
        )
    // It is cut beside the writes, not in them.
    while (!(await isCut())) await collection().updateOne({ _id: 0 }, { $inc: { n: 1 } })
    const refused = await refusal(db().command({ getMore: cursor.id, collection: 'things' }))
    expect(refused.code).to.equal(286)
    expect(refused.hasErrorLabel('NonResumableChangeStreamError')).to.equal(true)
    expect(await db().admin().serverStatus()).to.have.nested.property('cursors.open', 0)
  })
})
