import { once } from 'node:events'
import { setImmediate as endOfTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { createConnection, mongo } from 'mongoose'
import { systemClock } from '../server/src/clock.ts'
import { models as logModels } from '../server/src/log/documents.ts'
import { createFeed } from '../server/src/log/feed.ts'
import { createLogger } from '../server/src/logger.ts'
import { aRemoteDatabase } from './rig/database.ts'
import { serverLog } from './rig/server-log.ts'
import { atEnd } from './rig/teardown.ts'

/** Longer than a fence waits, and shorter than a stream may be silent. */
const standsStillMs = 2_500

describe('a fence', () => {
  it('takes a pause of its own process for no silence of the stream: what lies in the socket is looked at first', async () => {
    const { directUri } = await aRemoteDatabase()
    const connection = await createConnection(directUri).asPromise()
    atEnd(() => connection.close())
    const writer = await new mongo.MongoClient(directUri, { monitorCommands: true }).connect()
    atEnd(() => writer.close())
    const logger = createLogger('debug', serverLog)
    const models = logModels(connection)
    const feed = createFeed({ connection, models, nodeId: 'node_1', now: systemClock, logger })
    let resets = 0
    const applied: number[] = []
    feed.follow({ apply: ({ seq }) => applied.push(seq), reset: () => (resets += 1) })
    await feed.start()
    atEnd(() => feed.stop())
    const before = resets

    const fenced = feed.fence('org_1', 1)
    const leaves = once(writer, 'commandStarted')
    const written = writer
      .db()
      .collection<{ _id: string; log: string; seq: number }>('events')
      .insertOne({ _id: 'evt_1', log: 'org_1', seq: 1 })
    await leaves
    await endOfTurn()
    // The engine, in a thread of its own, goes on meanwhile.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, standsStillMs)
    await Promise.all([fenced, written])
    expect([applied, resets - before]).to.deep.equal([[1], 0])
  })
})
