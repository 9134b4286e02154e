import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { models as logModels } from '../../server/src/log/documents.ts'
import { verify } from '../../server/src/log/verify.ts'
import { aRemoteDatabase } from '../rig/database.ts'
import { connectLive } from '../rig/live.ts'
import { anOrganisation, apiOf, signUp, unique } from '../rig/people.ts'
import { startServerProcess } from '../rig/process.ts'
import { aReader } from '../rig/reader.ts'
import { startServer, testEnvironment } from '../rig/server.ts'
import { aWriter, describeWrites, progressed, readLog, settle } from '../rig/writer.ts'

const rounds = Number(process.env.ROLECALL_KILL_ROUNDS ?? 2)
/** Of the kills before a push: each restart has to be waited for by what the writer takes away. */
const slowRounds = Math.min(rounds, 5)
const writes = 200
const writers = 8
/** Events of a log that are read in several pages, and more than the feed remembers. */
const backlog = 450
/** What a server asks its change stream with, and nothing else. */
const streamed = '$cmd.aggregate'
const roles: readonly (string | undefined)[] = ['developer', 'manager', 'accounting']

interface Answered {
  readonly seq: number
  readonly member: string
  readonly role: string
}

describe('killing the server in the middle of writes', () => {
  it(`E37 keeps every answered write and its event, once and in order, over ${rounds} rounds`, async function () {
    this.timeout(180_000 + rounds * 30_000)
    const dataDir = await mkdtemp(join(tmpdir(), 'rolecall-kill-'))
    const env = testEnvironment(dataDir)
    let server = await startServerProcess({ dataDir, env })

    const admin = await signUp({ url: server.url })
    const people = await Promise.all(Array.from({ length: writers }, () => signUp({ url: server.url })))
    const organisation = (await admin.api('POST', '/organisations', { name: unique('Killed') })).body.id
    const members = await Promise.all(
      people.map(async ({ email }) => {
        const { body } = await admin.api('POST', `/organisations/${organisation}/members`, { email, role: roles[0] })
        return String(body.id)
      }),
    )
    const watching = await connectLive({ url: server.url, session: admin.session })
    let { cursor } = await watching.subscribe(organisation)
    watching.close()
    const first = 2 + writers

    const answered: Answered[] = []
    const received: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const live = await connectLive({ url: server.url, session: admin.session })
      await live.subscribe(organisation, cursor)
      const api = apiOf(server.url, admin.session.accessToken)
      const { body: page } = await api('GET', `/organisations/${organisation}/members?limit=200`)
      const present = new Map<string, string>(page.data.map(({ id, role }: { id: string; role: string }) => [id, role]))
      const killAfter = Math.floor(Math.random() * writes * 0.8) + 1
      let sent = 0
      let done = 0
      let killed: Promise<unknown> | undefined
      await Promise.all(
        members.map(async (member) => {
          while (sent < writes && killed === undefined) {
            sent += 1
            const role = roles[(roles.indexOf(present.get(member)) + 1) % roles.length] ?? 'developer'
            // A connection that breaks is what a killed server looks like: that write was not answered.
            const answer = await api('PATCH', `/organisations/${organisation}/members/${member}`, { role }).catch(
              () => undefined,
            )
            if (answer === undefined) return
            // A busy machine may let it wait for too long: then it was not done, or perhaps, and is not counted.
            if (answer.status !== 503 || answer.body.outcome === 'unknown') present.set(member, role)
            if (answer.status === 503) {
              sent -= 1
              continue
            }
            expect(answer.status, answer.text).to.equal(200)
            answered.push({ seq: Number(answer.headers.get('Rolecall-Seq')), member, role })
            done += 1
            if (done === killAfter) killed = server.kill('SIGKILL')
          }
        }),
      )
      await (killed ?? server.kill('SIGKILL'))
      await live.ended
      for (const { name, body } of live.received) {
        if (name === 'event') received.push(body.seq)
        if (name === 'event' || name === 'position') cursor = body.cursor
      }
      live.close()
      server = await startServerProcess({ dataDir, env })
    }

    const api = apiOf(server.url, admin.session.accessToken)
    const live = await connectLive({ url: server.url, session: admin.session })
    await live.subscribe(organisation, cursor)
    const last = await api('PATCH', `/organisations/${organisation}`, { name: unique('Survived') })
    const lastSeq = Number(last.headers.get('Rolecall-Seq'))
    await live.until(({ name, body }) => name === 'event' && body.seq === lastSeq)
    received.push(...live.received.flatMap(({ name, body }) => (name === 'event' ? [Number(body.seq)] : [])))

    const expected = Array.from({ length: lastSeq - first }, (_, index) => first + 1 + index)
    expect(received, 'each event once and in order, over all connections').to.deep.equal(expected)

    const events = new Map<number, { data: { member: { id: string }; after: { role: string } } }>()
    for (let after = ''; ; ) {
      const { body } = await api('GET', `/organisations/${organisation}/events?limit=200${after}`)
      for (const event of body.data) events.set(event.seq, event)
      if (body.next === undefined) break
      after = `&after=${body.next}`
    }
    for (const { seq, member, role } of answered) {
      expect(events.get(seq)?.data.member?.id, `event ${seq}`).to.equal(member)
      expect(events.get(seq)?.data.after?.role, `event ${seq}`).to.equal(role)
    }
    expect(answered.length).to.be.at.least(rounds)

    const page = await api('GET', `/organisations/${organisation}/members?limit=200`)
    for (const member of members) {
      const changes = [...events.values()].filter((event) => event.data.member?.id === member && event.data.after?.role)
      const shown = page.body.data.find(({ id }: { id: string }) => id === member)
      // Killed early, a server may not have come to a member yet: then they have the role that they were added with.
      const role = changes.at(-1)?.data.after.role ?? roles[0]
      expect(shown.role, 'the document says what the last event says').to.equal(role)
    }
    await server.kill('SIGTERM')

    const inspected = await startServer({ dataDir, env })
    expect(await verify(logModels(inspected.app.connection), organisation)).to.deep.include({
      ok: true,
      events: lastSeq,
    })
    await inspected.close()
    await rm(dataDir, { recursive: true, force: true })
  })

  it(`E37 E31 gives each reader each event once, also when it dies in a replay, over ${rounds} rounds`, async function () {
    this.timeout(180_000 + rounds * 30_000)
    let server = await startServerProcess()
    const organisation = await anOrganisation({ url: server.url })
    const { id, admin } = organisation
    const here = () => ({ url: server.url, session: admin.session })
    const api = () => apiOf(server.url, admin.session.accessToken)
    const people = await Promise.all([1, 2, 3, 4].map(() => organisation.add('developer')))
    for (const { member } of people) await api()('DELETE', `/organisations/${id}/members/${member}`)
    const log = await readLog(api(), id)
    const from = log.length
    const cursor = log.at(-1)?.cursor
    const readers = [await aReader(here, id, cursor)]
    const working = people.map(({ email }) => aWriter(api, id, email))
    // More than the feed remembers, so that the replays read pages of the log.
    await progressed(working, backlog)

    let unpushed = 0
    let inReplay = 0
    for (let round = 0; round < rounds; round += 1) {
      if (round % 2 === 0) await progressed(working, 5)
      else {
        const late = await aReader(here, id, cursor)
        readers.push(late)
        await late.until(from + 1)
        if ((late.seqs.at(-1) ?? 0) < from + backlog) inReplay += 1
      }
      await pause(Math.random() * 15)
      const seen = () => readers[0]?.seqs.at(-1) ?? 0
      await server.kill('SIGKILL')
      const answered = working.flatMap(({ made }) => made.map(({ seq }) => seq ?? 0))
      if (Math.max(...answered) > seen()) unpushed += 1
      server = await startServerProcess({ dataDir: server.dataDir })
    }
    await settle(api(), id, from, { writers: working, readers })
    console.log(
      `      ${describeWrites(working)}; killed ${unpushed} times between answer and push, ${inReplay} times in a replay`,
    )
    await server.kill('SIGTERM')
    const inspected = await startServer({ dataDir: server.dataDir })
    expect(await verify(logModels(inspected.app.connection), id)).to.deep.include({ ok: true })
    await inspected.close()
  })

  it(`E37 gives each reader what was answered and not yet pushed when it was killed, over ${slowRounds} rounds`, async function () {
    this.timeout(180_000 + slowRounds * 30_000)
    const { uri, network } = await aRemoteDatabase()
    const env = { MONGODB_URI: uri, SECRET_KEY: 'a key that outlasts the server that is killed' }
    let server = await startServerProcess({ env })
    const organisation = await anOrganisation({ url: server.url })
    const { id, admin } = organisation
    const api = () => apiOf(server.url, admin.session.accessToken)
    const somebody = await signUp({ url: server.url })
    const from = (await readLog(api(), id)).length
    const reader = await aReader(() => ({ url: server.url, session: admin.session }), id)
    const writer = aWriter(api, id, somebody.email)

    for (let round = 0; round < slowRounds; round += 1) {
      await progressed([writer], 3)
      const letStreamGoOn = network.keepBack(streamed)
      await network.next(streamed)
      // The first may be one that had been pushed before. A removal waits for the feed, until that is given up.
      do await progressed([writer], 2)
      while (writer.made.at(-1)?.seq === undefined)
      const answered = writer.made.at(-1)?.seq ?? 0
      await server.kill('SIGKILL')
      expect(reader.seqs.at(-1) ?? 0, 'pushed before the kill').to.be.below(answered)
      letStreamGoOn()
      server = await startServerProcess({ dataDir: server.dataDir, env })
    }
    await settle(api(), id, from, { writers: [writer], readers: [reader] })
    console.log(`      ${describeWrites([writer])}`)
    await server.kill('SIGTERM')
  })
})
