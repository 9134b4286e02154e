import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import type { Folded } from '../examples/webhook-receiver/fold.ts'
import { type Answer, type Api, anOrganisation, apiOf, type TestOrganisation } from './rig/people.ts'
import { startServerProcess } from './rig/process.ts'
import { type Changing, changeSomething } from './rig/random-changes.ts'
import { aReceiver } from './rig/receiver.ts'
import { eventOf, ofType, seqsOf, untilSome } from './rig/sending.ts'
import { sharedServer } from './rig/server.ts'
import { atEnd } from './rig/teardown.ts'
import {
  aFileToKeep,
  aGateway,
  type Example,
  exampleFolder,
  type Passage,
  startExample,
} from './rig/webhook-example.ts'

/** What the API says of the organisation, in the shape in which the example folds it. */
async function asListed(api: Api, organisation: string): Promise<Folded> {
  const path = `/organisations/${organisation}`
  const byId = ({ body }: Answer) => Object.fromEntries(body.data.map((one: { id: string }) => [one.id, one]))
  const { id, name, description, developersSeeMembers } = (await api('GET', path)).body
  const members = await api('GET', `${path}/members?limit=200`)
  const log = await api('GET', `${path}/events?order=desc&limit=1`)
  return {
    position: log.body.data[0].seq,
    organisation: { id, name, description, developersSeeMembers },
    members: byId(members),
    roles: byId(await api('GET', `${path}/roles`)),
  }
}

/** What the example has folded, once it is up with what is listed. */
async function stateAt(example: Example, position: number): Promise<Folded> {
  for (;;) {
    const state = await example.state()
    if (state.position >= position) return state
    await pause(20)
  }
}

const changingAt = (
  url: string,
  { id, admin }: TestOrganisation,
  people: Awaited<ReturnType<typeof aCrowd>>,
): Changing => ({
  organisation: id,
  admin: apiOf(url, admin.session.accessToken),
  people: people.map(({ email, session }) => ({ email, api: apiOf(url, session.accessToken) })),
})

const aCrowd = (organisation: TestOrganisation) =>
  Promise.all(Array.from({ length: 5 }, () => organisation.add('developer')))

const envOf = async ({ admin, id }: TestOrganisation, gateway: { readonly url: string }) => ({
  ROLECALL_URL: admin.url,
  ROLECALL_EMAIL: admin.email,
  ROLECALL_PASSWORD: admin.password,
  ORGANISATION: id,
  WEBHOOK_URL: gateway.url,
  KEPT: await aFileToKeep(),
})

/** Of the only endpoint. */
async function redeliver({ admin, id }: TestOrganisation, seq: number): Promise<void> {
  const list = `/organisations/${id}/webhooks`
  const { body: webhooks } = await admin.api('GET', list)
  const path = `${list}/${webhooks.data[0].id}/deliveries`
  const { body } = await admin.api('GET', `${path}?limit=200`)
  const delivery = body.data.find(({ event }: Answer['body']) => event.seq === seq)
  expect((await admin.api('POST', `${path}/${delivery.id}/redeliver`)).status).to.equal(202)
}

/** Once the event is known to have failed, it is tried again at once, and not after five seconds; or was by then. */
async function hurry(organisation: TestOrganisation, seq: number): Promise<void> {
  const tried = { organisation: organisation.id, seq, attempts: { $gte: 1 } }
  await untilSome(await sharedServer(), 'webhookDeliveries', tried)
  await redeliver(organisation, seq)
}

describe('the example of a webhook receiver', () => {
  it('folds a random run of changes into what is listed, though answers are lost and it is killed', async function () {
    this.timeout(300_000)
    const acme = await anOrganisation()
    const people = await aCrowd(acme)
    const plan = new Map<number, Passage | 'killed'>([
      [2, 'refused'],
      [5, 'answer lost'],
      [9, 'killed'],
      [15, 'refused'],
      [22, 'answer lost'],
      // Right after that: whoever is started next has to know that it was taken.
      [23, 'killed'],
    ])
    const gateway = await aGateway(async (index, post) => {
      const planned = plan.get(index) ?? 'whole'
      if (planned === 'killed') {
        await (await example).kill()
        example = startExample(env)
        gateway.lead(example)
        return 'whole'
      }
      if (planned !== 'whole') hurrying.push(hurry(acme, eventOf(post).seq))
      return planned
    })
    const hurrying: Promise<void>[] = []
    const env = await envOf(acme, gateway)
    let example = startExample(env)
    gateway.lead(example)
    await example

    const changing = changingAt(acme.admin.url, acme, people)
    const { member } = await acme.add('developer')
    await acme.admin.api('DELETE', `/organisations/${acme.id}/members/${member}`)
    for (let made = 0; made < 60; made += 1) await changeSomething(changing)
    const listed = await asListed(acme.admin.api, acme.id)
    await gateway.until((received) => seqsOf(received).includes(listed.position))
    await Promise.all(hurrying)
    expect(await stateAt(await example, listed.position)).to.deep.equal(listed)
    const came = seqsOf(gateway.received)
    expect(came.length - new Set(came).size).to.be.at.least(4)

    // What was true once, and is not any more.
    const { seq } = eventOf(await gateway.next(ofType('member.removed')))
    const again = gateway.received.length
    await redeliver(acme, seq - 1)
    await gateway.until((received) => received.length > again)
    await untilSome(await sharedServer(), 'webhookDeliveries', {
      organisation: acme.id,
      seq: seq - 1,
      status: 'delivered',
    })
    expect(eventOf(gateway.received[again] ?? expect.fail())).to.deep.include({ seq: seq - 1, type: 'member.added' })
    expect(await (await example).state()).to.deep.equal(listed)
  })

  it('folds what is listed after the server was killed, before and after a webhook was taken', async function () {
    this.timeout(300_000)
    let server = await startServerProcess()
    const acme = await anOrganisation({ url: server.url })
    const people = await aCrowd(acme)
    let posts = 0
    let killed: Promise<unknown> | undefined
    const kill = () => {
      killed ??= server.kill()
      return killed
    }
    const unlessKilled = (error: unknown) => {
      if (killed === undefined) throw error
    }
    const gateway = await aGateway(async (): Promise<Passage> => {
      posts += 1
      if (posts === 4) await kill()
      return 'whole'
    })
    const example = startExample(await envOf(acme, gateway))
    gateway.lead(example)
    await example

    for (const dies of ['before it is taken', 'at any moment']) {
      posts = 0
      killed = undefined
      const changing = changingAt(server.url, acme, people)
      if (dies === 'at any moment') setTimeout(kill, Math.random() * 500)
      while (killed === undefined) await changeSomething(changing).catch(unlessKilled)
      await kill()
      server = await startServerProcess({ dataDir: server.dataDir })
    }
    const { admin, ...rest } = changingAt(server.url, acme, people)
    for (let made = 0; made < 5; made += 1) await changeSomething({ admin, ...rest })
    const listed = await asListed(admin, acme.id)
    expect(await stateAt(await example, listed.position)).to.deep.equal(listed)
    expect(seqsOf(gateway.received)).to.deep.equal(seqsOf(gateway.received).sort((one, other) => one - other))
  })

  it('is started by one command, signs somebody up, and shows what happens', async () => {
    const { url } = await sharedServer()
    const child = spawn('npm', ['start', '--silent'], {
      cwd: exampleFolder,
      env: { ...process.env, ROLECALL_URL: url, PORT: '0', KEPT: await aFileToKeep() },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(child, 'close')
    atEnd(async () => {
      child.kill()
      await ended
    })
    const failed = ended.then(() => Promise.reject(new Error('the example ended')))
    failed.catch(() => undefined)
    let output = ''
    const said = async (pattern: RegExp): Promise<readonly string[]> => {
      for (;;) {
        const found = pattern.exec(output)
        if (found !== null) return found
        const [text] = await Promise.race([once(child.stdout.setEncoding('utf8'), 'data'), failed])
        output += text
      }
    }
    const [, email = '', password = ''] = await said(/ as (\S+) with the password (\S+), /)
    const [, shownAt = ''] = await said(/Waiting for webhooks after event \d+; shown at (\S+)\n/)
    const { body } = await apiOf(url)('POST', '/sessions', { email, password })
    const api = apiOf(url, body.session.accessToken)
    const { body: organisations } = await api('GET', '/organisations')
    const { id } = organisations.data.at(-1)
    expect((await api('PATCH', `/organisations/${id}`, { description: 'Engines & <b>looms</b>' })).status).to.equal(200)
    await said(
      /^ {2}\d+ {2}organisation.described {2}by Ada Lovelace\n {5}Analytical Engines \S+: Ada Lovelace \(Admin\)\n/m,
    )
    const page = await (await fetch(shownAt)).text()
    expect(page).to.include('<p>Engines &amp; &lt;b&gt;looms&lt;/b&gt;</p>')
    expect(page).to.include(`<td>Ada Lovelace</td><td>${email}</td><td>Admin</td><td>active</td>`)
  })

  it('says in a line what keeps it from starting', async () => {
    const { admin } = await anOrganisation()
    const { port } = await aReceiver()
    const person = { ROLECALL_EMAIL: admin.email, ROLECALL_PASSWORD: admin.password }
    for (const [env, reason] of [
      [{ PORT: String(port) }, `Port ${port} is taken. Choose another by PORT.`],
      [
        { ROLECALL_EMAIL: admin.email },
        'Set both ROLECALL_EMAIL and ROLECALL_PASSWORD, or neither: then somebody new is signed up.',
      ],
      [{ ...person, ORGANISATION: 'org_x' }, `There is nothing here. Is ${admin.email} a member of org_x?`],
    ] as const) {
      const child = spawn(process.execPath, ['--import', 'tsx', 'receiver.ts'], {
        cwd: exampleFolder,
        env: { ...process.env, ROLECALL_URL: admin.url, PORT: '0', KEPT: await aFileToKeep(), ...env },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      const ended = once(child, 'close')
      atEnd(async () => {
        child.kill()
        await ended
      })
      const [said, [code]] = await Promise.all([text(child.stderr), ended])
      expect(said).to.include(`${reason}\n`)
      expect(code).to.equal(1)
    }
  })
})
