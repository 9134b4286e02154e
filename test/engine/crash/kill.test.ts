import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { checkData } from '@rolecall/embedded-mongo'
import { expect } from 'chai'
import type { MongoClient } from 'mongodb'
import { impatientClient } from '../impatient-client.ts'
import { createFollower } from './follower.ts'
import { createLoad, type Load } from './load.ts'
import { createRetrier, type Retrier } from './retrier.ts'
import { type CrashEngine, type SpareEngines, spareEngines } from './spare-engines.ts'

const groupRounds = 25
const groups = Math.ceil(Number(process.env.ROLECALL_CRASH_ROUNDS ?? groupRounds) / groupRounds)
const writers = 8
/** Small, so that the log is cut between the crashes too. */
const oplogBytes = 4 * 1024 * 1024

describe('an engine that is killed at a random moment under load', () => {
  let engines: SpareEngines
  let directory = ''
  let engine: CrashEngine | undefined

  before(async () => {
    engines = await spareEngines()
  })
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rolecall-crash-'))
  })
  afterEach(async () => {
    // Where a test failed before it did so: a client goes on looking for its engine.
    await Promise.all(clients.splice(0).map((client) => client.close()))
    await engine?.kill()
    await rm(directory, { recursive: true })
  })

  const start = async (): Promise<CrashEngine> => {
    engine = await engines.start({ directory, oplogBytes })
    return engine
  }

  for (let group = 1; group <= groups; group += 1) {
    const title = `${groupRounds} rounds${groups > 1 ? `, ${group} of ${groups}` : ''}`
    it(`has all that it acknowledged, nothing by halves, and tells it once: ${title}`, async function () {
      this.timeout(groupRounds * 30_000)
      const load = createLoad(writers)
      const follower = createFollower()
      const retrier = createRetrier()

      for (let round = 1; round <= groupRounds; round += 1) {
        const running = await start()
        // Now and then while it opens what the one before has left.
        if (round > 1 && Math.random() < 0.15) await pause(Math.random() * 30)
        else {
          const client = await connect(running)
          await follower.follow(client, running)
          if (round === 1) await load.prepare(client)
          expect(await load.check(client), `round ${round}, before its crash`).to.deep.equal([])
          const failed = await runUntilKilled(running, client, load, retrier)
          expect(failed, `round ${round}: writes that failed before the crash`).to.deep.equal([])
        }
        await running.kill()
        expect([...running.errors, ...follower.faults, ...retrier.faults], `round ${round}`).to.deep.equal([])
        expect((await checkData(directory)).faults, `round ${round}`).to.deep.equal([])
      }

      const client = await connect(await start())
      expect(await load.check(client), 'at the end').to.deep.equal([])
      await client.db('shop').collection<{ _id: string }>('ends').insertOne({ _id: 'end' })
      expect(await follower.check(client, { namespace: 'shop.ends', id: 'end' }), 'told').to.deep.equal([])
      expect([...follower.faults, ...retrier.faults], 'streams and what was asked for again').to.deep.equal([])
      await client.close()
    })
  }
})

const clients: MongoClient[] = []

const connect = async (engine: CrashEngine): Promise<MongoClient> => {
  const client = await impatientClient(await engine.ready, 2_000)
  clients.push(client)
  return client
}

/** Kills the engine a moment after it has acknowledged some number of writes. Gives the writes that failed before. */
const runUntilKilled = async (
  engine: CrashEngine,
  client: MongoClient,
  load: Load,
  retrier: Retrier,
): Promise<readonly unknown[]> => {
  const failures: unknown[] = []
  let wanted = 1 + Math.floor(Math.random() * 150)
  let isOver = false
  let reach: () => void = () => undefined
  const reached = new Promise<void>((resolve) => {
    reach = resolve
  })
  const onAcknowledged = (): void => {
    wanted -= 1
    if (wanted === 0) reach()
  }
  const writing = load.run(client, { isOver: () => isOver, onAcknowledged, failures })
  const retrying = retrier.run(await engine.ready)
  await Promise.race([reached, writing])
  await pause(Math.random() * 10)
  isOver = true
  await engine.kill()
  await Promise.all([client.close(), writing, retrying])
  return failures
}
