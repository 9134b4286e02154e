import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { aRemoteDatabase, type RemoteDatabase } from '../rig/database.ts'
import { anOrganisation, type TestOrganisation } from '../rig/people.ts'
import { aReader, type Reader } from '../rig/reader.ts'
import { startServer, type TestServer } from '../rig/server.ts'
import { aWriter, checkWrites, countFailures, readLog, type Writer } from '../rig/writer.ts'

const isLong = process.env.ROLECALL_LONG === '1'
const writerCount = 4
const readerCount = 3

interface Scene {
  readonly database: RemoteDatabase
  readonly server: TestServer
  readonly organisation: TestOrganisation
  readonly readers: readonly Reader[]
  readonly writers: readonly Writer[]
  /** Position before the writers began. */
  readonly from: number
}

/** A server whose database is elsewhere, with writers at work and readers who come back whenever they are sent away. */
async function aScene(): Promise<Scene> {
  const database = await aRemoteDatabase()
  const server = await startServer({ env: { MONGODB_URI: database.uri } })
  const organisation = await anOrganisation({ url: server.url })
  const people = await Promise.all(Array.from({ length: writerCount }, () => organisation.add('developer')))
  for (const { member } of people)
    await organisation.admin.api('DELETE', `/organisations/${organisation.id}/members/${member}`)
  const from = (await readLog(organisation.admin.api, organisation.id)).length
  const readers = await Promise.all(
    Array.from({ length: readerCount }, () => aReader(() => organisation.admin, organisation.id)),
  )
  const writers = people.map(({ email }) => aWriter(() => organisation.admin.api, organisation.id, email))
  return { database, server, organisation, readers, writers, from }
}

/** Lets the writers finish and holds what everybody was told against the log. */
async function settle({ server, organisation, readers, writers, from }: Scene): Promise<void> {
  await isReady(server)
  for (const writer of writers) await writer.stop()
  const events = await readLog(organisation.admin.api, organisation.id)
  checkWrites(events, from, writers)
  const expected = events.filter(({ seq }) => seq > from).map(({ seq }) => seq)
  for (const reader of readers) {
    await reader.until(expected.at(-1) ?? 0)
    expect(reader.seqs, 'each event once and in order, over all connections').to.deep.equal(expected)
    expect(reader.resyncs).to.deep.equal([])
    reader.close()
  }
}

const statusOf = async (server: TestServer, path: string) => (await fetch(`${server.url}${path}`)).status

async function isReady(server: TestServer): Promise<void> {
  while ((await statusOf(server, '/readyz')) !== 200) await pause(50)
}

/** How many changes the writers have seen done. */
const progress = (writers: readonly Writer[]) => writers.reduce((sum, { made }) => sum + made.length, 0)

async function progressed(writers: readonly Writer[], by: number): Promise<void> {
  const wanted = progress(writers) + by
  while (progress(writers) < wanted) await pause(20)
}

describe('a network between server and database', () => {
  const cuts = isLong ? 200 : 12

  it(`E37 that breaks ${cuts} times in the middle of changes makes none by halves and none twice`, async function () {
    this.timeout(60_000 + cuts * 3_000)
    const scene = await aScene()
    for (let cut = 0; cut < cuts; cut += 1) {
      await progressed(scene.writers, 1)
      await pause(Math.random() * 30)
      scene.database.network.cut()
    }
    await settle(scene)
    console.log(
      `      ${cuts} cuts, ${progress(scene.writers)} changes: ${JSON.stringify(countFailures(scene.writers))}`,
    )
    await scene.server.close()
    expect(scene.database.network.open(), 'connections left behind').to.equal(0)
  })

  for (const [name, begin] of [
    ['dead connections', 'swallow'],
    ['late packets', 'hold'],
  ] as const) {
    const seconds = isLong ? 60 : 8
    it(`E37 E38 that is a black hole for ${seconds} s, with ${name}, loses nothing`, async function () {
      this.timeout(60_000 + seconds * 3_000)
      const scene = await aScene()
      const { server, database, writers } = scene
      await progressed(writers, 10)

      const startedAt = performance.now()
      database.network[begin]()
      const over = pause(seconds * 1_000).then(() => database.network.up())
      while ((await statusOf(server, '/readyz')) === 200) await pause(20)
      const unreadyAfterMs = performance.now() - startedAt
      expect(await statusOf(server, '/healthz')).to.equal(200)
      await over
      const upAt = performance.now()
      await isReady(server)
      const readyAfterMs = performance.now() - upAt

      await settle(scene)
      const slowest = Math.max(...writers.flatMap(({ refusedAfterMs }) => refusedAfterMs))
      console.log(
        `      not ready after ${Math.round(unreadyAfterMs)} ms, 503 after at most ${Math.round(slowest)} ms, ready again after ${Math.round(readyAfterMs)} ms: ${JSON.stringify(countFailures(writers))}`,
      )
      expect(unreadyAfterMs).to.be.below(2_500)
      expect(slowest).to.be.below(5_500)
      await server.close()
      expect(database.network.open(), 'connections left behind').to.equal(0)
    })
  }
})
