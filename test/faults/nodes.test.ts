import { expect } from 'chai'
import { aRemoteDatabase } from '../rig/database.ts'
import { connectLive, eventAt, type LiveClient } from '../rig/live.ts'
import { anOrganisation, apiOf, signUp, type TestOrganisation } from '../rig/people.ts'
import { type ServerProcess, startServerProcess } from '../rig/process.ts'
import { aReader } from '../rig/reader.ts'
import { startServer } from '../rig/server.ts'
import { aWriter, describeWrites, progressed, readLog, settle } from '../rig/writer.ts'

const rounds = process.env.ROLECALL_LONG === '1' ? 60 : 4
const key = { SECRET_KEY: 'a key that all servers of one test share' }
/** What a server asks its change stream with, and nothing else. */
const streamed = '$cmd.aggregate'
/** Elements of BSON with a text, 2, and its length; after it comes another element. */
const pulses = '\x06\0\0\0nodes\0'
const writesAPulse = `\x02update\0${pulses}`
const looksForOthers = `\x02find\0${pulses}\x03filter\0`
const asksForTime = `\x02find\0${pulses}\x10limit\0`

/** The code of the problem with which a request over a socket was refused. */
const refusalOf = ({ ended }: LiveClient, attempt: Promise<unknown>) =>
  Promise.race([
    attempt.then(
      () => 'let in',
      (error) => error.problem?.code ?? String(error),
    ),
    ended.then(() => 'ended'),
  ])

/** Somebody whom the server at `url` knows by heart: their session, and what they hold. */
async function known(acme: TestOrganisation, url: string) {
  const person = await acme.add('manager')
  const api = apiOf(url, person.session.accessToken)
  const asked = () => api('GET', `/organisations/${acme.id}/permissions`)
  const live = await connectLive({ url, session: person.session })
  await live.subscribe(acme.id)
  const { status, text } = await asked()
  expect(status, text).to.equal(200)
  return { ...person, api, asked, live }
}

/** Answers the position of the removal. */
async function removed(acme: TestOrganisation, member: string): Promise<number> {
  const { status, text, headers } = await acme.admin.api('DELETE', `/organisations/${acme.id}/members/${member}`)
  expect(status, text).to.equal(204)
  expect(headers.get('Rolecall-Fenced')).to.equal('true')
  return Number(headers.get('Rolecall-Seq'))
}

describe('a change that takes access away, answered by one of two servers', () => {
  it('E28 is known to the other one, be its stream late: requests, sockets, sessions', async function () {
    this.timeout(120_000)
    const { uri, directUri, network } = await aRemoteDatabase()
    const here = await startServer({ env: { ...key, MONGODB_URI: directUri } })
    const there = await startServer({ env: { ...key, MONGODB_URI: uri } })
    const acme = await anOrganisation({ url: here.url })
    const [gone, signedOut] = [await known(acme, there.url), await known(acme, there.url)]
    const again = await connectLive({ url: there.url, session: gone.session })
    const later = await connectLive({ url: there.url, session: acme.admin.session })

    const letGoOn = network.keepBack(streamed)
    await network.next(streamed)
    await Promise.all([
      removed(acme, gone.member),
      apiOf(here.url, signedOut.session.accessToken)('DELETE', '/sessions/current').then(
        ({ status, headers, text }) => {
          expect(status, text).to.equal(204)
          expect(headers.get('Rolecall-Fenced')).to.equal('true')
        },
      ),
    ])
    const subscribed = refusalOf(again, again.subscribe(acme.id))
    const authenticated = refusalOf(later, later.authenticate(signedOut.session.accessToken))
    expect((await gone.asked()).status).to.equal(404)
    expect((await signedOut.asked()).status).to.equal(401)
    letGoOn()
    // A server whose stream is late for long ends its connections.
    expect(await subscribed).to.be.oneOf(['not_found', 'ended'])
    expect(await authenticated).to.be.oneOf(['unauthenticated', 'ended'])
    await there.close()
    await here.close()
  })

  it(`E22 E28 is known to the other one when it is answered, ${rounds} times in each direction`, async function () {
    this.timeout(120_000 + rounds * 5_000)
    const { uri, directUri, network } = await aRemoteDatabase()
    const here = await startServer({ env: { ...key, MONGODB_URI: directUri } })
    const there = await startServer({ env: { ...key, MONGODB_URI: uri } })
    const acme = await anOrganisation({ url: here.url })
    // On the far side everything comes late.
    network.delay(15)
    for (let round = 0; round < rounds; round += 1) {
      for (const [from, to] of [
        [here, there],
        [there, here],
      ] as const) {
        const person = await known(acme, to.url)
        const admin = apiOf(from.url, acme.admin.session.accessToken)
        const path = `/organisations/${acme.id}/members/${person.member}`
        const demoted = await admin('PATCH', path, { role: 'accounting' })
        expect(demoted.headers.get('Rolecall-Fenced'), demoted.text).to.equal('true')
        expect((await person.asked()).body.role).to.equal('accounting')
        expect((await admin('DELETE', path)).status).to.equal(204)
        expect((await person.asked()).status).to.equal(404)
        expect(await refusalOf(person.live, person.live.subscribe(acme.id))).to.equal('not_found')
      }
    }
    await there.close()
    await here.close()
  })

  it('E28 is known to one that stood still meanwhile, and is not held up for ever by one that stands still or has died', async function () {
    this.timeout(120_000)
    const { directUri } = await aRemoteDatabase()
    const env = { ...key, MONGODB_URI: directUri }
    const here = await startServer({ env })
    const [still, dead] = [await startServerProcess({ env }), await startServerProcess({ env })]
    const acme = await anOrganisation({ url: here.url })
    const person = await known(acme, still.url)
    process.kill(still.pid, 'SIGSTOP')
    await dead.kill('SIGKILL')
    await removed(acme, person.member)
    const asked = person.asked()
    process.kill(still.pid, 'SIGCONT')
    expect((await asked).status).to.equal(404)
    const next = await known(acme, still.url)
    await removed(acme, next.member)
    expect((await next.asked()).status).to.equal(404)
    await here.close()
  })
})

describe('a server whose lease is over', () => {
  it('E28 holds up a change of another one for a while, and is ready when it hears of changes in time again', async function () {
    this.timeout(120_000)
    const { uri, directUri, network } = await aRemoteDatabase()
    const here = await startServer({ env: { ...key, MONGODB_URI: directUri } })
    const there = await startServer({ env: { ...key, MONGODB_URI: uri } })
    const isReady = async () => (await fetch(`${there.url}/readyz`)).status === 200
    const acme = await anOrganisation({ url: here.url })
    const person = await known(acme, there.url)
    const witness = await connectLive({ url: there.url, session: acme.admin.session })
    await witness.subscribe(acme.id)

    const letStreamGoOn = network.keepBack(streamed)
    await network.next(streamed)
    await network.next(writesAPulse)
    const letPulsesGo = network.keepBack(writesAPulse)
    // The pulse that was let through has been written: it holds the change up until no lease of that time is left.
    const seq = await removed(acme, person.member)
    expect(await isReady()).to.equal(false)
    letStreamGoOn()
    // That pulse comes, too late, and the change after it; where the machine is busy, another stream begins.
    await Promise.race([witness.until(eventAt(seq)), witness.ended])
    expect(await isReady()).to.equal(false)
    letPulsesGo()
    while (!(await isReady()));
    expect((await person.asked()).status).to.equal(404)
    await there.close()
    await here.close()
  })
})

describe('a server that begins to follow the others', () => {
  for (const [what, question] of [
    ['who they are', looksForOthers],
    ['from when on', asksForTime],
  ] as const) {
    it(`E38 asks again where it is never answered ${what}`, async () => {
      const { uri, directUri, network } = await aRemoteDatabase()
      const here = await startServer({ env: { ...key, MONGODB_URI: directUri } })
      network.keepBackNext(question)
      const there = await startServer({ env: { ...key, MONGODB_URI: uri } })
      const acme = await anOrganisation({ url: here.url })
      const person = await known(acme, there.url)
      await removed(acme, person.member)
      expect((await person.asked()).status).to.equal(404)
      await there.close()
      await here.close()
    })
  }
})

describe('three servers on one database, killed one after the other', () => {
  it(`E28 E37 lose nothing, and let nobody in whom one of them turned away, over ${rounds} kills`, async function () {
    this.timeout(180_000 + rounds * 30_000)
    const { directUri } = await aRemoteDatabase()
    const env = { ...key, MONGODB_URI: directUri }
    const start = () => startServerProcess({ env })
    const nodes: ServerProcess[] = [await start(), await start(), await start()]
    let turn = 0
    /** One after the other, as a balancer that does not know yet who has died. */
    const next = () => {
      turn += 1
      return (nodes[turn % nodes.length] as ServerProcess).url
    }
    const acme = await anOrganisation({ url: next() })
    const { id, admin } = acme
    const api = () => apiOf(next(), admin.session.accessToken)
    const people = await Promise.all([1, 2, 3].map(() => signUp({ url: next() })))
    const from = (await readLog(apiOf(admin.url, admin.session.accessToken), id)).length
    const reading = () => ({ url: next(), session: admin.session })
    const readers = [await aReader(reading, id), await aReader(reading, id), await aReader(reading, id)]
    let checks = 0
    const working = people.map(({ email, session }) =>
      aWriter(api, id, email, async () => {
        // Removed, and told so: whichever server they ask now, none lets them in.
        for (const { url } of nodes) {
          const asked = apiOf(url, session.accessToken)('GET', `/organisations/${id}/permissions`)
          const status = await asked.then(
            (answer) => answer.status,
            () => undefined,
          )
          if (status === undefined || status === 503) continue
          expect(status, 'of somebody who had been removed').to.equal(404)
          checks += 1
        }
      }),
    )
    for (let round = 0; round < rounds; round += 1) {
      await progressed(working, 4)
      const index = Math.floor(Math.random() * nodes.length)
      await (nodes[index] as ServerProcess).kill('SIGKILL')
      await progressed(working, 2)
      nodes[index] = await start()
    }
    await settle(apiOf((nodes[0] as ServerProcess).url, admin.session.accessToken), id, from, {
      writers: working,
      readers,
    })
    console.log(`      ${describeWrites(working)}, ${checks} times refused after a removal`)
    expect(checks).to.be.at.least(rounds)
    for (const node of nodes) await node.kill('SIGTERM')
  })
})
