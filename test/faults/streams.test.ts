import { deserialize } from 'bson'
import { expect } from 'chai'
import { MongoClient } from 'mongodb'
import { maxSessions } from '../../server/src/sessions/end.ts'
import { aRemoteDatabase } from '../rig/database.ts'
import type { FlakyNetwork } from '../rig/flaky-network.ts'
import { connectLive, eventAt } from '../rig/live.ts'
import { anOrganisation, apiOf, type Person, signUp } from '../rig/people.ts'
import { aReader } from '../rig/reader.ts'
import { startServer } from '../rig/server.ts'
import { countLogged } from '../rig/server-log.ts'
import { atEnd } from '../rig/teardown.ts'
import { aWriter, describeWrites, progressed, readLog, settle } from '../rig/writer.ts'

const rounds = process.env.ROLECALL_LONG === '1' ? 20 : 3
/** For two servers on one database. */
const env = { SECRET_KEY: 'a key that two servers of one test share' }
/** What a server asks its change stream with, and nothing else. */
const more = '$cmd.aggregate'
/** What it asks before it opens one: elements of BSON with a text and a number, 2 and 16, and their names. */
const asksForTime = '\x02find\0\x06\0\0\0nodes\0\x10limit\0'

/** A server whose database is elsewhere, and one beside the database. */
async function twoServers() {
  const database = await aRemoteDatabase()
  const server = await startServer({ env: { ...env, MONGODB_URI: database.uri } })
  const other = await startServer({ env: { ...env, MONGODB_URI: database.directUri } })
  return { ...database, server, other }
}

type TwoServers = Awaited<ReturnType<typeof twoServers>>

async function isReady(url: string): Promise<void> {
  while ((await fetch(`${url}/readyz`)).status !== 200);
}

/** Resolves once nothing comes by the change stream any more; answers what lets it go on. */
async function keepBackTheStream(network: FlakyNetwork): Promise<() => void> {
  const release = network.keepBack(more)
  await network.next(more)
  return release
}

describe('a change stream that ends', () => {
  it(`E38 because its cursor is killed goes on without gap or duplicate (${rounds} times)`, async function () {
    this.timeout(120_000 + rounds * 10_000)
    const { uri, directUri, network } = await aRemoteDatabase()
    const server = await startServer({ env: { MONGODB_URI: uri } })
    const organisation = await anOrganisation({ url: server.url })
    const { id, admin } = organisation
    const people = await Promise.all([1, 2].map(() => organisation.add('developer')))
    for (const { member } of people) await admin.api('DELETE', `/organisations/${id}/members/${member}`)
    const from = (await readLog(admin.api, id)).length
    const reader = await aReader(() => admin, id)
    const writers = people.map(({ email }) => aWriter(() => admin.api, id, email))
    const direct = await new MongoClient(directUri).connect()
    atEnd(() => direct.close())
    for (let round = 0; round < rounds; round += 1) {
      await progressed(writers, 5)
      // Of the wire protocol’s message the document stands behind header, flags and kind.
      const { getMore } = deserialize((await network.next(more)).subarray(21), { useBigInt64: true })
      const { cursorsKilled } = await direct.db('rolecall').command({ killCursors: more, cursors: [getMore] })
      expect(cursorsKilled).to.have.lengthOf(1)
    }
    await settle(admin.api, id, from, { writers, readers: [reader] })
    console.log(`      ${describeWrites(writers)}, ${reader.connections()} connections of the reader`)
    await server.close()
  })

  it('E38 because the database was dropped begins anew, not in a loop, and the server goes on', async () => {
    const { uri, directUri } = await aRemoteDatabase()
    const server = await startServer({ env: { MONGODB_URI: uri } })
    const newBeginnings = countLogged(/the feed begins anew/)
    const witness = await signUp({ url: server.url })
    const live = await connectLive(witness)
    await live.subscribe(witness.organisation.id)
    const direct = await new MongoClient(directUri).connect()
    atEnd(() => direct.close())
    await direct.db('rolecall').dropDatabase()
    expect(await live.ended).to.equal('io server disconnect')
    await isReady(server.url)
    expect((await witness.api('GET', '/account')).status).to.equal(401)
    const { organisation, api, session } = await signUp({ url: server.url })
    const again = await connectLive({ url: server.url, session })
    await again.subscribe(organisation.id)
    const renamed = await api('PATCH', `/organisations/${organisation.id}`, { name: organisation.name.toUpperCase() })
    await again.until(eventAt(Number(renamed.headers.get('Rolecall-Seq'))))
    // Twice where the next stream begins at the very moment of the end, but not in a loop.
    expect(newBeginnings()).to.be.within(1, 3)
    await server.close()
  })
})

describe('what a server reads while it has no change stream', () => {
  /** Lets a person ask the server just when its stream has ended and the next one has not begun. */
  async function askedBetweenStreams({ server, other, network }: TwoServers, person: Person, path: string) {
    const somebody = await signUp({ url: server.url })
    const letStreamGoOn = await keepBackTheStream(network)
    // Waits for the feed, in vain, and then has it begin anew.
    const committed = network.next('commitTransaction')
    const revoking = somebody.api('DELETE', '/sessions/current')
    await committed
    const letSessionGo = network.keepBack('sessions\0')
    const askedForSession = network.next('sessions\0')
    const letStreamBegin = network.keepBack(asksForTime)
    const triesToBegin = network.next(asksForTime)
    const answering = person.api('GET', path)
    await askedForSession
    await triesToBegin
    letSessionGo()
    const answer = await answering
    expect((await revoking).status).to.equal(204)
    return {
      answer,
      async begin() {
        // A stream begins with what was committed last: that must be something else than what the test is about.
        await signUp({ url: other.url })
        letStreamGoOn()
        letStreamBegin()
        await isReady(server.url)
      },
    }
  }

  it('E28 is forgotten when the next one begins: a membership that was changed meanwhile', async () => {
    const servers = await twoServers()
    const { server, other } = servers
    const organisation = await anOrganisation({ url: other.url })
    const person = { ...(await organisation.add('manager')), url: server.url }
    const here = { ...person, api: apiOf(server.url, person.session.accessToken) }
    const path = `/organisations/${organisation.id}/permissions`
    const { answer, begin } = await askedBetweenStreams(servers, here, path)
    expect(answer.body.role, answer.text).to.equal('manager')
    const demoted = await organisation.admin.api(
      'PATCH',
      `/organisations/${organisation.id}/members/${person.member}`,
      {
        role: 'developer',
      },
    )
    expect(demoted.status, demoted.text).to.equal(200)
    await begin()
    expect((await here.api('GET', path)).body.role).to.equal('developer')
    await server.close()
    await other.close()
  })

  it('E22 is forgotten when the next one begins: a session that was ended meanwhile', async () => {
    const servers = await twoServers()
    const { server, other } = servers
    const person = await signUp({ url: other.url })
    const here = { ...person, url: server.url, api: apiOf(server.url, person.session.accessToken) }
    const path = `/organisations/${person.organisation.id}/permissions`
    const { answer, begin } = await askedBetweenStreams(servers, here, path)
    expect(answer.status, answer.text).to.equal(200)
    expect((await person.api('DELETE', '/sessions/current')).status).to.equal(204)
    await begin()
    expect((await here.api('GET', path)).status).to.equal(401)
    await server.close()
    await other.close()
  })
})

describe('a feed that is late', () => {
  it('E31 goes on with nobody from where it has not come yet, so that nothing comes twice', async () => {
    const { uri, network } = await aRemoteDatabase()
    const server = await startServer({ env: { MONGODB_URI: uri } })
    const { id, admin } = await anOrganisation({ url: server.url })
    const [one, other] = [await signUp({ url: server.url }), await signUp({ url: server.url })]
    // An addition takes nothing away from anybody: it is answered without waiting for the feed.
    const add = async ({ email }: Person) => {
      const { status, text, headers } = await admin.api('POST', `/organisations/${id}/members`, {
        email,
        role: 'developer',
      })
      expect(status, text).to.equal(201)
      return Number(headers.get('Rolecall-Seq'))
    }
    const watcher = await connectLive(admin)
    await watcher.subscribe(id)
    const live = await connectLive(admin)
    const release = await keepBackTheStream(network)
    const first = await add(one)
    // HTTP is ahead of the feed.
    const cursor = (await readLog(admin.api, id)).at(-1)?.cursor ?? ''
    const answered = live.socket.emitWithAck('subscribe', { organisation: id, cursor })
    const early = await Promise.race([
      answered.then((answer) => ('problem' in answer ? answer.problem.code : 'subscribed')),
      // Where the machine is so busy that the server begins its stream anew.
      live.ended.then(() => 'unavailable'),
    ])
    expect(early).to.equal('unavailable')
    release()
    await isReady(server.url)
    const reader = await aReader(() => admin, id, cursor)
    const second = await add(other)
    await reader.until(second)
    expect(second).to.be.above(first)
    expect(reader.seqs).to.deep.equal([second])
    await server.close()
  })

  it('turns nobody away who has access again, be it resumed or with a restored organisation', async () => {
    const { uri, network } = await aRemoteDatabase()
    const server = await startServer({ env: { MONGODB_URI: uri } })
    const { id, admin, add } = await anOrganisation({ url: server.url })
    const person = await add('developer')
    const members = `/organisations/${id}/members`
    const ways = [
      [`${members}/${person.member}/suspend`, `${members}/${person.member}/resume`],
      [`/organisations/${id}`, `/organisations/${id}/restore`],
    ] as const
    for (const [taking, giving] of ways) {
      // The server knows the person, and nobody asks for them until they are back.
      expect((await person.api('GET', `/organisations/${id}/permissions`)).status).to.equal(200)
      const taken = await admin.api(taking.endsWith('suspend') ? 'POST' : 'DELETE', taking)
      expect(taken.status, taken.text).to.be.oneOf([200, 204])
      const release = await keepBackTheStream(network)
      const given = await admin.api('POST', giving)
      expect(given.status, given.text).to.equal(200)
      expect((await person.api('GET', `/organisations/${id}/permissions`)).status, giving).to.equal(200)
      release()
      await isReady(server.url)
    }
    await server.close()
  })

  it('E22 lets no session in that a sign-in has ended because there were too many', async () => {
    const { uri, network } = await aRemoteDatabase()
    const server = await startServer({ env: { MONGODB_URI: uri } })
    const person = await signUp({ url: server.url })
    const sessions = server.app.connection.collection<{ _id: string }>('sessions')
    const { _id, ...fields } = (await sessions.findOne({})) ?? { _id: '' }
    const others = Array.from({ length: maxSessions - 1 }, (_, index) => ({
      ...fields,
      _id: `ses_${index}`,
      lastUsedAt: new Date(Date.now() + 60_000),
    }))
    await sessions.insertMany(others)
    const path = `/organisations/${person.organisation.id}/permissions`
    expect((await person.api('GET', path)).status).to.equal(200)
    const release = await keepBackTheStream(network)
    const { email, password } = person
    expect((await apiOf(server.url)('POST', '/sessions', { email, password })).status).to.equal(201)
    expect((await person.api('GET', path)).status).to.equal(401)
    release()
    await server.close()
  })
})
