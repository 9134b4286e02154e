import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { type Db, MongoClient } from 'mongodb'
import { createConnection, mongo } from 'mongoose'
import { insertAll } from '../../server/src/database/insert-all.ts'
import { isUnreachable } from '../../server/src/database/unreachable.ts'
import { aRemoteDatabase, type RemoteDatabase } from '../rig/database.ts'
import { anOrganisation, apiOf, type TestOrganisation } from '../rig/people.ts'
import { aReader, type Reader } from '../rig/reader.ts'
import { startServer, type TestServer } from '../rig/server.ts'
import { countLogged } from '../rig/server-log.ts'
import { atEnd } from '../rig/teardown.ts'
import { aWriter, describeWrites, progressed, readLog, settle, type Writer } from '../rig/writer.ts'

const isLong = process.env.ROLECALL_LONG === '1'
/** The long run has the machine for itself; beside others everything may be late, but not as late as the black hole. */
const slackMs = isLong ? 500 : 6_000
/** For two servers on one database. */
const env = { SECRET_KEY: 'a key that two servers of one test share' }

interface Scene {
  readonly server: TestServer
  readonly organisation: TestOrganisation
  readonly readers: readonly Reader[]
  readonly writers: readonly Writer[]
  /** Position before the writers began. */
  readonly from: number
}

/** Writers at work, and readers who come back whenever they are sent away, on a server whose database is elsewhere. */
async function aScene(
  database: RemoteDatabase,
  { writerCount = 4, writesTo }: { writerCount?: number; writesTo?: TestServer } = {},
): Promise<Scene> {
  const server = await startServer({ env: { ...env, MONGODB_URI: database.uri } })
  const organisation = await anOrganisation({ url: server.url })
  const { id, admin } = organisation
  const people = await Promise.all(Array.from({ length: writerCount }, () => organisation.add('developer')))
  for (const { member } of people) await admin.api('DELETE', `/organisations/${id}/members/${member}`)
  const from = (await readLog(admin.api, id)).length
  const readers = await Promise.all([1, 2, 3].map(() => aReader(() => admin, id)))
  const api = writesTo === undefined ? admin.api : apiOf(writesTo.url, admin.session.accessToken)
  const writers = people.map(({ email }) => aWriter(() => api, id, email))
  return { server, organisation, readers, writers, from }
}

/** Everything is as it should be, and nothing is left behind when the server ends. */
async function settleScene(scene: Scene, { network }: RemoteDatabase): Promise<void> {
  const { server, organisation } = scene
  await isReady(server)
  await settle(organisation.admin.api, organisation.id, scene.from, scene)
  await server.close()
  // A connection that its server has left ends here a moment later; one that was left behind never does.
  await network.untilNoneIsOpen()
}

const statusOf = async (server: TestServer, path: string) => (await fetch(`${server.url}${path}`)).status

async function isReady(server: TestServer): Promise<void> {
  while ((await statusOf(server, '/readyz')) !== 200) await pause(50)
}

const slowestRefusal = (writers: readonly Writer[]) =>
  Math.round(Math.max(0, ...writers.flatMap(({ refusedAfterMs }) => refusedAfterMs)))

describe('a network between server and database', () => {
  const cuts = isLong ? 200 : 12

  it(`E37 that breaks ${cuts} times in the middle of changes makes none by halves and none twice`, async function () {
    this.timeout(120_000 + cuts * 10_000)
    const database = await aRemoteDatabase()
    const scene = await aScene(database)
    for (let cut = 0; cut < cuts; cut += 1) {
      await progressed(scene.writers, 1)
      await pause(Math.random() * 30)
      database.network.cut()
    }
    await settleScene(scene, database)
    console.log(`      ${describeWrites(scene.writers)}`)
  })

  it('E37 that breaks just before a commit leaves both the change and its event, or neither', async () => {
    const { uri, network } = await aRemoteDatabase()
    const server = await startServer({ env: { MONGODB_URI: uri } })
    const { id, admin, name } = await anOrganisation({ url: server.url })
    const before = await readLog(admin.api, id)
    const writing = network.next('organisation.renamed')
    const renaming = admin.api('PATCH', `/organisations/${id}`, { name: `${name} anew` })
    await writing
    const letCommit = network.keepBack('commitTransaction')
    await network.next('commitTransaction')
    network.cut()
    const { status, body } = await renaming
    expect([status, body.outcome]).to.deep.equal([503, 'unknown'])
    // The driver may ask once more for the commit, over a connection that is whole.
    letCommit()
    await isReady(server)
    // The log's head is locked until it is decided.
    while ((await admin.api('PATCH', `/organisations/${id}`, { description: 'After it' })).status !== 200);
    const added = (await readLog(admin.api, id)).slice(before.length).map(({ type }) => type)
    const shown = (await admin.api('GET', `/organisations/${id}`)).body.name
    expect([shown, added]).to.deep.equal(
      added.length > 1
        ? [`${name} anew`, ['organisation.renamed', 'organisation.described']]
        : [name, ['organisation.described']],
    )
    await server.close()
  })

  for (const count of [1, 2]) {
    it(`E37 that breaks while ${count} documents are inserted is told from what the database refuses`, async () => {
      const { uri, network } = await aRemoteDatabase()
      const connection = await createConnection(uri).asPromise()
      atEnd(() => connection.close())
      const documents = Array.from({ length: count }, (_, index) => ({ _id: `kept back ${index}` }))
      const collection = connection.collection<{ _id: string }>('noise')
      const session = await connection.startSession()
      session.startTransaction()
      const letWrite = network.keepBack('kept back')
      const writing = network.next('kept back')
      const inserting = insertAll(collection, documents, session).catch((error: unknown) => error)
      await writing
      network.cut()
      letWrite()
      const error = await inserting
      expect(isUnreachable(error), String(error)).to.equal(true)
      expect(error instanceof mongo.MongoError && error.hasErrorLabel('TransientTransactionError')).to.equal(true)
      await session.endSession()
    })
  }

  it('E37 that is slow makes those wait and then refuses those who would wait too long, without loss', async function () {
    this.timeout(300_000)
    const database = await aRemoteDatabase()
    const scene = await aScene(database, { writerCount: 16 })
    await progressed(scene.writers, 16)
    database.network.delay(isLong ? 60 : 40)
    while (slowestRefusal(scene.writers) === 0) await pause(100)
    await progressed(scene.writers, isLong ? 60 : 10)
    database.network.delay(0)
    await settleScene(scene, database)
    console.log(`      ${describeWrites(scene.writers)}, 503 after at most ${slowestRefusal(scene.writers)} ms`)
    expect(slowestRefusal(scene.writers)).to.be.below(5_000 + slackMs)
  })

  const seconds = isLong ? 60 : 12
  const blackHoles = [
    ['dead connections', 'swallow'],
    ['late packets', 'hold'],
  ] as const
  for (const [name, begin] of isLong ? blackHoles : blackHoles.slice(0, 1)) {
    it(`E37 E38 that is a black hole for ${seconds} s, with ${name}, loses nothing`, async function () {
      this.timeout(120_000 + seconds * 3_000)
      const database = await aRemoteDatabase()
      const scene = await aScene(database)
      const { server, writers } = scene
      await progressed(writers, 10)

      const startedAt = performance.now()
      database.network[begin]()
      const over = pause(seconds * 1_000).then(() => {
        database.network.up()
        return performance.now()
      })
      while ((await statusOf(server, '/readyz')) === 200) await pause(20)
      const unreadyAfterMs = Math.round(performance.now() - startedAt)
      expect(await statusOf(server, '/healthz')).to.equal(200)
      const upAt = await over
      await isReady(server)
      const readyAfterMs = Math.round(performance.now() - upAt)

      await settleScene(scene, database)
      const slowest = slowestRefusal(writers)
      console.log(
        `      not ready after ${unreadyAfterMs} ms, 503 after at most ${slowest} ms, ready again after ${readyAfterMs} ms; ${describeWrites(writers)}`,
      )
      expect(unreadyAfterMs).to.be.below(2_000 + slackMs)
      expect(slowest)
        .to.be.above(0)
        .and.below(5_000 + slackMs)
    })
  }
})

describe('a change stream whose place is lost', () => {
  const oplogBytes = 64 * 1024
  const rounds = isLong ? 20 : 2

  it(`E38 begins anew, and readers get from the log what it missed (${rounds} times)`, async function () {
    this.timeout(300_000 + rounds * 30_000)
    const database = await aRemoteDatabase({ oplogBytes })
    const other = await startServer({ env: { ...env, MONGODB_URI: database.directUri } })
    const scene = await aScene(database, { writesTo: other })
    const direct = await new MongoClient(database.directUri).connect()
    atEnd(() => direct.close())
    const [losses, beginnings] = [countLogged(/"code":286.*the feed begins anew/), countLogged(/the feed begins anew/)]
    let tries = 0
    // On a busy machine the stream may fall silent, and be given up, before its place is lost: then it is tried again.
    for (; losses() < rounds; tries += 1) {
      await progressed(scene.writers, 5)
      const [lostBefore, begunBefore] = [losses(), beginnings()]
      database.network.hold()
      await progressed(scene.writers, 5)
      await outgrow(direct.db('rolecall'), oplogBytes)
      database.network.cut()
      database.network.up()
      while (beginnings() === begunBefore) await pause(20)
      await isReady(scene.server)
      expect(losses() - lostBefore, 'each loss is met once, not in a loop').to.be.at.most(1)
    }
    await settleScene(scene, database)
    expect(losses()).to.equal(rounds)
    expect(Math.max(...scene.readers.map((reader) => reader.connections()))).to.be.at.most(1 + 2 * tries)
    console.log(`      ${describeWrites(scene.writers)}; tried ${tries} times`)
    await other.close()
  })
})

/** Writes more than the log of changes keeps; resolves once no stream goes on from before. */
async function outgrow(db: Db, bytes: number): Promise<void> {
  const { operationTime } = await db.command({ ping: 1 })
  const text = 'x'.repeat(bytes / 4)
  await db.collection('noise').insertMany(Array.from({ length: 20 }, () => ({ text })))
  for (let isCut = false; !isCut; ) {
    const stream = db.watch([], { startAtOperationTime: operationTime })
    isCut = await stream.tryNext().then(
      () => false,
      ({ code }: { code?: number }) => code === 286,
    )
    await stream.close()
  }
}
