import { expect } from 'chai'
import { appendHidden } from './rig/bulk.ts'
import { changeSomebody } from './rig/changes.ts'
import { mailTo } from './rig/mailbox.ts'
import { anOrganisation, type Person, type TestOrganisation } from './rig/people.ts'
import { answersWith, aReceiver } from './rig/receiver.ts'
import { aWebhook, eventOf, seqsOf, untilSome } from './rig/sending.ts'
import { sharedServer } from './rig/server.ts'

/** A role of the organisation's own that may manage webhooks, and see besides only what is named. */
async function aRole({ id, admin }: TestOrganisation, ...permissions: string[]): Promise<string> {
  const role = { name: 'Operator', permissions: ['organisation:read', 'webhook:manage', ...permissions] }
  const { status, text, body } = await admin.api('POST', `/organisations/${id}/roles`, role)
  expect(status, text).to.equal(201)
  return body.id
}

async function redescribe({ id, admin }: TestOrganisation, description: string): Promise<number> {
  const answer = await admin.api('PATCH', `/organisations/${id}`, { description })
  expect(answer.status, answer.text).to.equal(200)
  return Number(answer.headers.get('Rolecall-Seq'))
}

async function eventsOf({ id, admin }: TestOrganisation, type: string) {
  const { body } = await admin.api('GET', `/organisations/${id}/events?limit=200&type=${type}`)
  return body.data
}

interface Owned {
  readonly acme: TestOrganisation
  readonly owner: Person & { readonly member: string }
  readonly somebody: Person & { readonly member: string }
}

async function owned(): Promise<Owned> {
  const acme = await anOrganisation()
  return { acme, owner: await acme.add('manager'), somebody: await acme.add('developer') }
}

describe('the owner of a webhook', () => {
  it('E43 who is demoted is sent nothing more that they may not see, retries and older events included', async () => {
    const { acme, owner, somebody } = await owned()
    const server = await sharedServer()
    const role = await aRole(acme)
    let status = 500
    const receiver = await aReceiver({ behaviour: (response, post) => answersWith(status)(response, post) })
    const webhook = await aWebhook(acme, receiver, { api: owner.api })
    const failed = await changeSomebody(acme, somebody.member, 'manager')
    const visible = await redescribe(acme, 'Everybody may see this')
    await untilSome(server, 'webhookDeliveries', { webhook: webhook.id, seq: failed, status: 'retrying' })
    await untilSome(server, 'webhookDeliveries', { webhook: webhook.id, seq: visible, status: 'retrying' })
    await webhook.call('PATCH', '', { enabled: false })
    const older = await changeSomebody(acme, somebody.member, 'developer')
    const demotion = await changeSomebody(acme, owner.member, role)
    const before = receiver.received.length
    status = 204
    const resumed = await acme.admin.api('PATCH', webhook.path, { enabled: true })
    expect(resumed.status, resumed.text).to.equal(200)
    const last = await redescribe(acme, 'And this')
    await untilSome(server, 'webhookDeliveries', { webhook: webhook.id, seq: last, status: 'delivered' })
    await untilSome(server, 'webhookDeliveries', { webhook: webhook.id, seq: visible, status: 'delivered' })
    await untilSome(server, 'webhookDeliveries', { webhook: webhook.id, seq: failed, status: 'withheld' })
    const after = seqsOf(receiver.received.slice(before))
    expect(after).to.include.members([visible, last])
    for (const hidden of [failed, older, demotion]) expect(after).not.to.include(hidden)
  })

  it('E43 P1 gets nothing above their demotion that they may not see, while the log goes on', async () => {
    const { acme, owner, somebody } = await owned()
    const role = await aRole(acme)
    const { log } = (await sharedServer()).app
    const receiver = await aReceiver()
    await aWebhook(acme, receiver, { api: owner.api, concurrency: 20 })
    const writing = [1, 2, 3, 4, 5].map(() => appendHidden(log, acme.id, somebody, 20))
    const demotion = await changeSomebody(acme, owner.member, role)
    await Promise.all(writing)
    await appendHidden(log, acme.id, somebody, 20)
    const last = await redescribe(acme, 'Everybody may see this')
    await receiver.until((received) => seqsOf(received).includes(last))
    const late = receiver.received.map(eventOf).filter(({ seq }) => seq >= demotion)
    expect(new Set(late.map(({ type }) => type))).not.to.include('member.updated')
    expect(late.map(({ seq }) => seq)).not.to.include(demotion)
  })

  it('E43 who is demoted leaves one paused at once that gets other types of events', async () => {
    const { acme, owner } = await owned()
    const server = await sharedServer()
    const receiver = await aReceiver()
    const webhook = await aWebhook(acme, receiver, { api: owner.api, types: ['organisation.*'] })
    await redescribe(acme, 'Its endpoints are known from here on')
    await receiver.next()
    const demoted = await acme.admin.api('PATCH', `/organisations/${acme.id}/members/${owner.member}`, {
      role: 'developer',
    })
    expect(demoted.status, demoted.text).to.equal(200)
    await untilSome(server, 'webhooks', { _id: webhook.id, 'stopped.reason': 'owner_lost' })
  })

  for (const [name, lose] of [
    [
      'removed',
      ({ acme, owner }: Owned) => acme.admin.api('DELETE', `/organisations/${acme.id}/members/${owner.member}`),
    ],
    [
      'suspended',
      ({ acme, owner }: Owned) =>
        acme.admin.api('POST', `/organisations/${acme.id}/members/${owner.member}/suspend`, {}),
    ],
    [
      'demoted below webhook:manage',
      ({ acme, owner }: Owned) =>
        acme.admin.api('PATCH', `/organisations/${acme.id}/members/${owner.member}`, { role: 'developer' }),
    ],
    ['gone with their account', ({ owner }: Owned) => owner.api('DELETE', '/account', { password: owner.password })],
  ] as const) {
    it(`E43 who is ${name} leaves it paused: the Admins hear of it, and whoever adopts it loses nothing`, async () => {
      const scene = await owned()
      const { acme, owner, somebody } = scene
      const server = await sharedServer()
      const receiver = await aReceiver()
      const webhook = await aWebhook(acme, receiver, { api: owner.api, ordered: true })
      const first = await changeSomebody(acme, somebody.member, 'manager')
      await receiver.next()
      const { status, text } = await lose(scene)
      expect(status, text).to.be.within(200, 299)
      await untilSome(server, 'webhooks', { _id: webhook.id, 'stopped.reason': 'owner_lost' })
      const mail = await mailTo(server.url, acme.admin.email, 'webhook_paused')
      expect(mail.subject).to.contain(acme.name)
      const events = await eventsOf(acme, 'webhook.paused')
      expect(events.map(({ actor, data }: typeof events) => [actor.kind, data.reason, data.owner.id])).to.deep.equal([
        ['system', 'owner_lost', owner.account.id],
      ])
      await changeSomebody(acme, somebody.member, 'developer')
      expect(seqsOf(receiver.received)).to.deep.equal([first])

      const adopted = await acme.admin.api('POST', `${webhook.path}/adopt`)
      expect(adopted.status, adopted.text).to.equal(200)
      const last = await changeSomebody(acme, somebody.member, 'manager')
      await receiver.until((received) => seqsOf(received).includes(last))
      const expected = Array.from({ length: last - first + 1 }, (_, index) => first + index)
      expect(seqsOf(receiver.received)).to.deep.equal(expected)
    })
  }

  it('E43 whose role is narrowed leaves it paused once, however many events follow', async () => {
    const { acme, somebody } = await owned()
    const role = await aRole(acme, 'member:read')
    const owner = await acme.add(role)
    const receiver = await aReceiver()
    const webhook = await aWebhook(acme, receiver, { api: owner.api })
    const narrowed = await acme.admin.api('PATCH', `/organisations/${acme.id}/roles/${role}`, {
      permissions: ['organisation:read', 'member:read'],
    })
    expect(narrowed.status, narrowed.text).to.equal(200)
    for (const next of ['manager', 'developer', 'manager']) await changeSomebody(acme, somebody.member, next)
    await untilSome(await sharedServer(), 'webhooks', { _id: webhook.id, 'stopped.reason': 'owner_lost' })
    expect(await eventsOf(acme, 'webhook.paused')).to.have.length(1)
    expect(receiver.received).to.deep.equal([])
  })

  it('E43 who is back before anybody noticed keeps it', async () => {
    const { acme, owner, somebody } = await owned()
    const server = await sharedServer()
    const receiver = await aReceiver()
    const webhook = await aWebhook(acme, receiver, { api: owner.api, ordered: true })
    await webhook.call('PATCH', '', { enabled: false })
    const lost = await changeSomebody(acme, owner.member, 'developer')
    await changeSomebody(acme, owner.member, 'manager')
    await webhook.call('PATCH', '', { enabled: true })
    const last = await changeSomebody(acme, somebody.member, 'manager')
    await receiver.until((received) => seqsOf(received).includes(last))
    expect(seqsOf(receiver.received)).to.include(lost)
    const found = await server.app.connection
      .collection<{ _id: string; stopped?: unknown }>('webhooks')
      .findOne({ _id: webhook.id })
    expect(found?.stopped).to.equal(undefined)
  })
})
