import { expect } from 'chai'
import { createConnection } from 'mongoose'
import { systemClock } from '../server/src/clock.ts'
import { models } from '../server/src/log/documents.ts'
import { createFeed } from '../server/src/log/feed.ts'
import { createPulses } from '../server/src/log/pulses.ts'
import { createLogger } from '../server/src/logger.ts'
import { aRemoteDatabase } from './rig/database.ts'
import { serverLog } from './rig/server-log.ts'
import { atEnd } from './rig/teardown.ts'

/** Elements of BSON with a text, 2, and its length: what a pulse is written with. */
const writesAPulse = '\x02update\0\x06\0\0\0nodes\0'

async function connect(uri: string) {
  const connection = await createConnection(uri).asPromise()
  atEnd(() => connection.close())
  return connection
}

describe('the farewell of a node', () => {
  it('is its last word: a pulse that was under way revives it for nobody', async () => {
    const { uri, directUri, network } = await aRemoteDatabase()
    const ways = { leaseMs: 3_000, now: systemClock }
    const node = createPulses(await connect(uri), { nodeId: 'evt_1', ...ways })
    const other = createPulses(await connect(directUri), { nodeId: 'evt_2', ...ways })
    await node.send()
    expect(await other.findOthers()).to.deep.equal(['evt_1'])
    const letGo = network.keepBackNext(writesAPulse)
    const isUnderWay = network.next(writesAPulse)
    const late = node.send().catch((error: Error) => error.message)
    await isUnderWay
    await node.sayFarewell()
    letGo()
    await late
    expect(await other.findOthers()).to.deep.equal([])
  })

  it('leaves nobody waiting for another pulse, and writes none', async () => {
    const { directUri } = await aRemoteDatabase()
    const connection = await connect(directUri)
    const logger = createLogger('debug', serverLog)
    const feed = createFeed({ connection, models: models(connection), nodeId: 'evt_1', now: systemClock, logger })
    await feed.start()
    await feed.stop()
    const refused = await Promise.all(
      [feed.caughtUp(), feed.fresh(), feed.track('org_1')].map((waiting) =>
        waiting.then(
          () => 'done',
          ({ code }) => code,
        ),
      ),
    )
    expect(refused).to.deep.equal(['unavailable', 'unavailable', 'unavailable'])
    await feed.fence('org_1', 1)
    const words = await connection.collection('nodes').find().toArray()
    expect(words.map(({ stopped }) => stopped)).to.deep.equal([true])
  })
})
