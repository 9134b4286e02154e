import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkData } from '@rolecall/embedded-mongo'
import { Binary, type Document, Long } from 'bson'
import { expect } from 'chai'
import type { Collection, MongoClient } from 'mongodb'
import { failureOf } from '../../packages/embedded-mongo/src/storage/disk-failures.ts'
import { createLocks } from '../../packages/embedded-mongo/src/transactions/locks.ts'
import { type EngineProcess, startEngineProcess } from './engine-process.ts'
import { impatientClient } from './impatient-client.ts'
import { refusal } from './running-engine.ts'
import { wireClient } from './wire-client.ts'

interface Thing {
  _id: number
  name: string
  text?: string
}

const isThere = (program: string): boolean => spawnSync(program, ['--version']).status === 0
const large = 'x'.repeat(20_000)

describe('an engine whose disk fails', () => {
  let directory = ''
  let engine: EngineProcess
  let client: MongoClient
  let things: Collection<Thing>

  const start = async (env: Readonly<Record<string, string>> = {}): Promise<void> => {
    // lmdb complains to stderr of every write that fails.
    engine = await startEngineProcess(directory, { env, isLoud: false })
    client = await impatientClient(engine.uri, 500)
    things = client.db('shop').collection<Thing>('things')
  }
  /** The ids that were acknowledged. */
  const fill = async (from: number, count: number): Promise<number[]> => {
    const ids = Array.from({ length: count }, (_, n) => from + n)
    for (const _id of ids) await things.insertOne({ _id, name: `name ${_id}` })
    return ids
  }

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rolecall-engine-'))
  })
  afterEach(async () => {
    await client.close()
    await engine.kill()
    await rm(directory, { recursive: true })
  })

  describe('because it is full', () => {
    /** Lets the process's files grow to this size, as a disk would that has no room for more. */
    const limit = (bytes: number | 'unlimited'): void => {
      execFileSync('prlimit', ['--pid', String(engine.pid), `--fsize=${bytes}:`])
    }
    const fillDisk = async (): Promise<void> => {
      limit((await stat(join(directory, 'data.lmdb'))).size)
    }
    /** Writes until there is no room, and says how many were acknowledged, and what the last one got. */
    const writeUntilRefused = async (from: number): Promise<{ ids: number[]; code: number; name: string }> => {
      const ids: number[] = []
      for (let _id = from; ; _id += 1) {
        try {
          await things.insertOne({ _id, name: `name ${_id}`, text: large })
          ids.push(_id)
        } catch (error) {
          const { code, codeName } = error as { code: number; codeName: string }
          return { ids, code, name: codeName }
        }
      }
    }

    before(function () {
      // There is no other way to fill a disk for one process alone.
      if (!isThere('prlimit')) this.skip()
    })

    it('refuses what it has no room for, reads on, and loses nothing', async () => {
      await start()
      await things.createIndex({ name: 1 }, { unique: true })
      const before = await fill(0, 50)
      const stream = things.watch()
      await stream.tryNext()
      await fillDisk()
      const refused = await writeUntilRefused(1_000)
      expect([refused.code, refused.name]).to.deep.equal([14031, 'OutOfDiskSpace'])
      const all = [...before, ...refused.ids]
      expect(await things.distinct('_id')).to.deep.equal(all)
      expect(await things.findOne({ name: 'name 7' })).to.deep.equal({ _id: 7, name: 'name 7' })

      limit('unlimited')
      const after = await writeUntilEnough(things, 5_000, 20)
      for (const expected of [...refused.ids, ...after]) {
        const event = await stream.next()
        expect('documentKey' in event && event.documentKey._id).to.equal(expected)
      }
      await stream.close()
      await client.close()
      await engine.kill()
      await start()
      expect(await things.distinct('_id')).to.deep.equal([...all, ...after])
      await client.close()
      await engine.stop()
      expect((await checkData(directory)).faults).to.deep.equal([])
    })

    it('knows nothing afterwards of what it could not write', async () => {
      await start()
      await things.createIndex({ name: 1 }, { unique: true })
      await fill(0, 10)
      await fillDisk()
      await writeUntilRefused(1_000)
      const others = client.db('shop').collection<Thing>('others')
      const text = 'x'.repeat(2_000_000)
      expect((await refusal(others.insertOne({ _id: 1, name: 'other', text }))).code).to.equal(14031)
      const session = client.startSession()
      session.startTransaction()
      await things.updateOne({ _id: 3 }, { $set: { name: 'changed', text } }, { session })
      expect((await refusal(session.commitTransaction())).code).to.equal(14031)
      await session.endSession()
      const names = (await client.db('shop').listCollections().toArray()).map(({ name }) => name)
      expect(names).to.deep.equal(['things'])
      expect(await things.findOne({ _id: 3 })).to.deep.equal({ _id: 3, name: 'name 3' })

      limit('unlimited')
      // What was refused conflicts with nothing.
      await client.withSession((again) =>
        again.withTransaction(async () => {
          await things.updateOne({ _id: 3 }, { $set: { name: 'changed' } }, { session: again })
          await others.insertOne({ _id: 1, name: 'other' }, { session: again })
        }),
      )
      expect(await others.findOne()).to.deep.equal({ _id: 1, name: 'other' })
      await client.close()
      await engine.stop()
      expect((await checkData(directory)).faults).to.deep.equal([])
    })

    for (const ordered of [true, false]) {
      it(`says what a write had done before it, ${ordered ? 'in order' : 'in any order'}`, async () => {
        await start()
        await client.db('shop').createCollection('things')
        const session = client.startSession()
        session.startTransaction()
        await things.insertOne({ _id: 2, name: 'held' }, { session })
        const wire = await wireClient(engine.uri)
        const text = 'x'.repeat(2_000_000)
        const documents = [1, 2, 3].map((_id) => ({ _id, name: `name ${_id}`, ...(_id > 1 && { text }) }))
        const lsid = { id: new Binary(randomBytes(16), Binary.SUBTYPE_UUID) }
        const command = { insert: 'things', documents, ordered, lsid, txnNumber: Long.fromInt(1), $db: 'shop' }
        const answered = wire.ask(command)
        // The second waits for the lock.
        while (!(await things.findOne({ _id: 1 })));
        await fillDisk()
        await session.abortTransaction()
        await session.endSession()
        const { body } = await answered
        const errors = body.writeErrors.map(({ index, code }: Document) => [index, code])
        expect(body).to.include({ ok: 1, n: 1 })
        expect(errors).to.deep.equal((ordered ? [1] : [1, 2]).map((index) => [index, 14031]))
        expect(await things.distinct('_id')).to.deep.equal([1])

        // Repeated while there is no room yet, it tells of the first from its record.
        const { body: again } = await wire.ask(command)
        expect(again).to.deep.include({ ok: 1, n: 1, retriedStmtIds: [0] })
        expect(again.writeErrors).to.deep.equal(body.writeErrors)
        expect(await things.distinct('_id')).to.deep.equal([1])

        limit('unlimited')
        const { body: repeated } = await wire.ask(command)
        expect(repeated).to.deep.include({ ok: 1, n: 3, retriedStmtIds: [0] })
        wire.close()
        await wire.closed
      })
    }
  })

  describe('because it does not flush', () => {
    let library = ''
    let trigger = ''

    before(async function () {
      if (process.platform !== 'linux' || !isThere('gcc')) this.skip()
      library = compileFailingSync(await mkdtemp(join(tmpdir(), 'rolecall-sync-')))
    })
    after(() => rm(join(library, '..'), { recursive: true, force: true }))

    it('acknowledges nothing more, ends, and has all that it acknowledged before', async () => {
      trigger = join(directory, 'fail')
      await start({ LD_PRELOAD: library, FAILING_SYNC: trigger })
      await things.createIndex({ name: 1 }, { unique: true })
      const before = await fill(0, 20)
      await writeFile(trigger, '')
      // The flush after the one that fails succeeds; what it should have made safe may be lost nevertheless.
      const late = Array.from({ length: 12 }, (_, n) => 100 + n)
      const outcomes = await Promise.allSettled(late.map((_id) => things.insertOne({ _id, name: `name ${_id}` })))
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.deep.equal([])
      expect(await engine.failed).to.match(/error|output/i)
      await client.close()
      await engine.kill()
      await start()
      const found = await things.distinct('_id')
      expect(before.filter((id) => !found.includes(id))).to.deep.equal([])
      await client.close()
      await engine.stop()
      expect((await checkData(directory)).faults).to.deep.equal([])
    })
  })
})

describe('a store whose flush has failed', () => {
  it('acknowledges no commit that was under way, though its own flush succeeds', async function () {
    if (process.platform !== 'linux' || !isThere('gcc')) this.skip()
    const folder = await mkdtemp(join(tmpdir(), 'rolecall-sync-'))
    const library = compileFailingSync(folder)
    const program = fileURLToPath(new URL('processes/failing-store.ts', import.meta.url))
    const trigger = join(folder, 'fail')
    const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', program, join(folder, 'data.lmdb'), trigger], {
      env: { ...process.env, LD_PRELOAD: library, FAILING_SYNC: trigger },
      encoding: 'utf8',
    })
    const { before, late } = JSON.parse(stdout) as { before: boolean; late: boolean[] }
    expect(before).to.equal(true)
    expect(late.filter(Boolean)).to.have.length(0)
    await rm(folder, { recursive: true })
  })
})

describe('a commit that failed', () => {
  const failed = (commitError: Promise<unknown>): Error =>
    Object.assign(new Error('Commit failed (see commitError for details)'), { commitError })

  it('is told with its reason, and without where none ever comes', async () => {
    const reason = new Error('No space left on device')
    expect(await failureOf(failed(Promise.reject(reason)))).to.equal(reason)
    const unexplained = failed(new Promise(() => undefined))
    expect(await failureOf(unexplained, 1)).to.equal(unexplained)
  })
})

const compileFailingSync = (folder: string): string => {
  const source = fileURLToPath(new URL('processes/failing-sync.c', import.meta.url))
  const library = join(folder, 'failing-sync.so')
  execFileSync('gcc', ['-shared', '-fPIC', '-o', library, source, '-ldl'])
  return library
}

const writeUntilEnough = async (things: Collection<Thing>, from: number, count: number): Promise<number[]> => {
  const ids = Array.from({ length: count }, (_, n) => from + n)
  for (const _id of ids) await things.insertOne({ _id, name: `name ${_id}`, text: large })
  return ids
}

describe('the locks', () => {
  it('know a former change of what a commit that came to nothing has changed too', () => {
    const locks = createLocks<string>()
    locks.changed(1n, ['a'])
    locks.changed(2n, ['a', 'b'])
    locks.unchanged(new Set([2n]))
    expect(() => locks.acquire('me', 0n, 'a')).to.throw('Write conflict')
    locks.acquire('me', 1n, 'a')
    locks.acquire('me', 0n, 'b')
  })
})
