import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { createConnection } from 'mongoose'
import { systemClock } from '../server/src/clock.ts'
import { models as logModels } from '../server/src/log/documents.ts'
import { createFeed } from '../server/src/log/feed.ts'
import { createLogger } from '../server/src/logger.ts'
import { aRemoteDatabase } from './rig/database.ts'
import { serverLog } from './rig/server-log.ts'
import { atEnd } from './rig/teardown.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** Another process that writes an event while this one stands still for longer than a fence waits. */
const writing = `
  import { MongoClient } from 'mongodb'
  const [uri, event, standsStillMs] = process.argv.slice(1)
  const client = await new MongoClient(uri).connect()
  const begunAt = performance.now()
  await client.db().collection('events').insertOne(JSON.parse(event))
  await client.close()
  setTimeout(() => undefined, standsStillMs - (performance.now() - begunAt))
`

describe('a fence', () => {
  it('takes a pause of its own process for no silence of the stream: what lies in the socket is looked at first', async () => {
    const { directUri } = await aRemoteDatabase()
    const connection = await createConnection(directUri).asPromise()
    atEnd(() => connection.close())
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
    const event = JSON.stringify({ _id: 'evt_1', log: 'org_1', seq: 1 })
    execFileSync(process.execPath, ['--input-type=module', '--eval', writing, directUri, event, '2500'], {
      cwd: folder,
    })
    await fenced
    expect([applied, resets - before]).to.deep.equal([[1], 0])
  })
})
