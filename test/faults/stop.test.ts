import { expect } from 'chai'
import { aRemoteDatabase } from '../rig/database.ts'
import { connectLive } from '../rig/live.ts'
import { anOrganisation, apiOf, unique } from '../rig/people.ts'
import { type ServerProcess, startServerProcess } from '../rig/process.ts'
import { aReader } from '../rig/reader.ts'
import { aWriter, describeWrites, progressed, readLog, settle } from '../rig/writer.ts'

const rounds = process.env.ROLECALL_LONG === '1' ? 20 : 2
const watchers = 10
/** What every change begins with, as the database is asked for it: the command and its collection. */
const locksALog = 'findAndModify\0\x06\0\0\0heads\0'

describe('stopping under load', () => {
  it(`E60 keeps what was answered, tells the sockets to come back, and ends in time with code 0 (${rounds} rounds)`, async function () {
    this.timeout(180_000 + rounds * 30_000)
    let server: ServerProcess = await startServerProcess()
    const organisation = await anOrganisation({ url: server.url })
    const { id, admin } = organisation
    const people = await Promise.all([1, 2, 3, 4].map(() => organisation.add('developer')))
    const present = () => ({ url: server.url, session: admin.session })
    const api = () => apiOf(server.url, admin.session.accessToken)
    for (const { member } of people) await api()('DELETE', `/organisations/${id}/members/${member}`)
    const from = (await readLog(api(), id)).length
    const reader = await aReader(present, id)
    const writers = people.map(({ email }) => aWriter(api, id, email))

    const times: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const told: number[] = []
      const lives = await Promise.all(
        Array.from({ length: watchers }, async () => {
          const live = await connectLive(present())
          live.socket.on('reconnect', ({ withinMs }) => told.push(withinMs))
          await live.subscribe(id)
          return live
        }),
      )
      await progressed(writers, 20)
      const startedAt = performance.now()
      const code = await server.kill('SIGTERM')
      times.push(Math.round(performance.now() - startedAt))
      expect(code, server.output().stderr).to.equal(0)
      await Promise.all(lives.map(({ ended }) => ended))
      expect(told, 'every socket is told before its end').to.have.lengthOf(watchers)
      for (const withinMs of told) expect(withinMs).to.be.above(0)
      server = await startServerProcess({ dataDir: server.dataDir })
    }
    await settle(api(), id, from, { writers, readers: [reader] })
    console.log(`      ended after ${times.join(', ')} ms; ${describeWrites(writers)}`)
    expect(Math.max(...times)).to.be.below(10_000)
    await server.kill('SIGTERM')
  })

  it('E60 answers 503 to what it cannot finish, tells the sockets to come back, and ends in time with code 0', async () => {
    const { uri, network } = await aRemoteDatabase()
    const server = await startServerProcess({ env: { MONGODB_URI: uri } })
    const { id, admin } = await anOrganisation({ url: server.url })
    const live = await connectLive(admin)
    const told: number[] = []
    live.socket.on('reconnect', ({ withinMs }) => told.push(withinMs))
    await live.subscribe(id)
    const begun = network.next(locksALog)
    network.keepBack(locksALog)
    const changing = admin.api('PATCH', `/organisations/${id}`, { name: unique('Stopped') })
    await begun
    const startedAt = performance.now()
    const code = await server.kill('SIGTERM')
    const tookMs = performance.now() - startedAt
    expect(code, server.output().stderr).to.equal(0)
    expect(tookMs).to.be.below(10_000)
    const { status, body } = await changing
    expect([status, body.code]).to.deep.equal([503, 'unavailable'])
    await live.ended
    expect(told).to.have.lengthOf(1)
  })
})
