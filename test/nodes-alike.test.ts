import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { createConnection } from 'mongoose'
import { systemClock } from '../server/src/clock.ts'
import { migrate } from '../server/src/database/migrations.ts'
import { createLogger } from '../server/src/logger.ts'
import { aRemoteDatabase } from './rig/database.ts'
import { needsGit } from './rig/git.ts'
import { anOrganisation } from './rig/people.ts'
import { startServer } from './rig/server.ts'
import { countLogged, logged, loggedFromNowOn } from './rig/server-log.ts'
import { atEnd } from './rig/teardown.ts'

const key = { SECRET_KEY: 'a key that all servers of one test share' }

describe('servers on one database', () => {
  before(function () {
    needsGit(this)
  })

  it('say once which settings differ that must not, and that they do not share a folder of repositories', async () => {
    const { directUri } = await aRemoteDatabase()
    const env = { ...key, MONGODB_URI: directUri }
    const folder = await mkdtemp(join(tmpdir(), 'rolecall-shared-'))
    atEnd(() => rm(folder, { recursive: true, force: true }))
    const shared = { ...env, REPOSITORIES_DIR: folder }
    const said = loggedFromNowOn(/another node has other settings/)
    const one = await startServer({ env: shared })
    const other = await startServer({ env: { ...shared, LOG_LEVEL: 'info', MAX_WEBHOOK_POSTS: '20' } })
    const third = await startServer({ env: { ...env, MAX_MEMBERS: '7', CORS_ORIGINS: 'https://a.example' } })
    await logged(/"settings":\[(?=[^\]]*"MAX_MEMBERS")[^\]]*"REPOSITORIES_DIR"/)
    for (const server of [one, other, third]) await server.close()
    // As it starts it does not know its folder yet.
    const both = ['CORS_ORIGINS,MAX_MEMBERS', 'CORS_ORIGINS,MAX_MEMBERS,REPOSITORIES_DIR']
    expect(both).to.include.members(said.map((line) => [...JSON.parse(line).settings].sort().join()))
  })

  it('say that the clock of one is ahead', async () => {
    const { directUri } = await aRemoteDatabase()
    const env = { ...key, MONGODB_URI: directUri }
    const one = await startServer({ env })
    const ahead = logged(/the clock of another node is ahead/)
    const other = await startServer({ env, now: () => new Date(Date.now() + 60_000) })
    await ahead
    await other.close()
    await one.close()
  })

  it('go on beside one of another version, whose pulses say less or otherwise', async () => {
    const { directUri } = await aRemoteDatabase()
    const server = await startServer({ env: { ...key, MONGODB_URI: directUri } })
    const acme = await anOrganisation({ url: server.url })
    const { member } = await acme.add('manager')
    const begins = countLogged(/the feed begins anew/)
    const connection = await createConnection(directUri).asPromise()
    atEnd(() => connection.close())
    const at = new Date()
    await connection
      .collection<{ _id: unknown; [field: string]: unknown }>('nodes')
      .insertMany([
        { _id: 'of a former version', at, count: 7 },
        { _id: 'that says nothing' },
        { _id: 'of types', at: 'now', count: '1', asked: null, heard: { node: 1 }, settings: null, stopped: 1 },
        { _id: 'of parts', at, count: 1, asked: 1, heard: [null, { node: 1 }], settings: { MAX_MEMBERS: 7 } },
        { _id: 1, at, count: 1, asked: 0, heard: [], settings: {} },
      ])
    // Answered when all that was committed before has come through the stream.
    const { status, text } = await acme.admin.api('DELETE', `/organisations/${acme.id}/members/${member}`)
    expect([status, text, begins()]).to.deep.equal([204, '', 0])
    await server.close()
  })

  it('let none migrate the data while one of the former version runs', async () => {
    const { directUri } = await aRemoteDatabase()
    const server = await startServer({ env: { ...key, MONGODB_URI: directUri } })
    const connection = await createConnection(directUri).asPromise()
    atEnd(() => connection.close())
    const meta = connection.collection<{ _id: string; version: number }>('meta')
    const before = await meta.findOne({ _id: 'schema' })
    await meta.updateOne({ _id: 'schema' }, { $set: { version: 1 } })
    const bring = () => migrate(connection, { logger: createLogger('silent'), now: systemClock })
    const refused = await bring().catch((error: Error) => error.message)
    expect(refused).to.match(/a server of that version runs on them/)
    expect((await meta.findOne({ _id: 'schema' }))?.version).to.equal(1)
    await server.close()
    await bring()
    expect((await meta.findOne({ _id: 'schema' }))?.version).to.equal(before?.version)
  })
})
