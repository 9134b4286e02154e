import { expect } from 'chai'
import { type Answer, anOrganisation } from './rig/people.ts'
import { aReceiver } from './rig/receiver.ts'
import { eventOf, seqsOf, untilSome } from './rig/sending.ts'
import { sharedServer, startServer } from './rig/server.ts'
import { aWebhook, eventsOf, fillDeliveries, webhookEvents } from './rig/webhooks.ts'

const told = ({ status, body }: Answer) => [status, body?.code]

describe('a test of a webhook endpoint', () => {
  it('is refused while it is paused', async () => {
    const acme = await anOrganisation()
    const path = await aWebhook(acme, { enabled: false })
    expect(told(await acme.admin.api('POST', `${path}/test`))).to.deep.equal([409, 'webhook_not_enabled'])
  })
})

describe('a replay', () => {
  it('delivers what followed a cursor once more, under the same ids', async () => {
    const acme = await anOrganisation()
    const receiver = await aReceiver()
    const path = await aWebhook(acme, { url: receiver.url, ordered: true, types: ['role.*'] })
    const roles = `/organisations/${acme.id}/roles`
    for (const name of ['One', 'Two', 'Three']) await acme.admin.api('POST', roles, { name, permissions: [] })
    await receiver.until((received) => received.length === 3)
    const [first, ...later] = receiver.received.map(eventOf)
    const { cursor } = (await eventsOf(acme)).find(({ seq }) => seq === first?.seq)
    const replayed = await acme.admin.api('POST', `${path}/replay`, { after: cursor })
    expect([replayed.status, replayed.body]).to.deep.equal([202, { from: first?.seq }])
    await receiver.until((received) => received.length === 5)
    expect(receiver.received.slice(3).map(eventOf)).to.deep.equal(later)
    expect(receiver.received.slice(3).map(({ headers }) => headers['webhook-id'])).to.deep.equal(
      later.map(({ id }) => id),
    )
    expect((await webhookEvents(acme)).at(-1)?.[1].from).to.equal(first?.seq)
  })

  it('of what was given up brings that alone, in order', async () => {
    const acme = await anOrganisation()
    const server = await sharedServer()
    const receiver = await aReceiver()
    const path = await aWebhook(acme, { url: receiver.url, ordered: true, types: ['role.*'] })
    const webhook = path.split('/').at(-1)
    const roles = `/organisations/${acme.id}/roles`
    for (const name of ['One', 'Two', 'Three', 'Four']) await acme.admin.api('POST', roles, { name, permissions: [] })
    await receiver.until((received) => received.length === 4)
    const [first = 0, second = 0, third = 0, fourth = 0] = seqsOf(receiver.received)
    await untilSome(server, 'webhookDeliveries', { webhook, seq: fourth, status: 'delivered' })
    const deliveries = server.app.connection.collection('webhookDeliveries')
    await deliveries.updateMany({ webhook, seq: { $in: [first, second, fourth] } }, { $set: { status: 'exhausted' } })
    const { cursor } = (await eventsOf(acme)).find(({ seq }) => seq === first)
    const replayed = await acme.admin.api('POST', `${path}/replay`, { after: cursor, exhausted: true })
    expect([replayed.status, replayed.body]).to.deep.equal([202, { from: first, count: 2 }])
    await untilSome(server, 'webhookDeliveries', { webhook, seq: fourth, status: 'delivered', attempts: 2 })
    await acme.admin.api('POST', roles, { name: 'Five', permissions: [] })
    await receiver.until((received) => received.length >= 7)
    expect(seqsOf(receiver.received.slice(4, 6))).to.deep.equal([second, fourth])
    const ids = receiver.received.map(({ headers }) => headers['webhook-id'])
    expect(ids.slice(4, 6)).to.deep.equal([ids[1], ids[3]])
    expect(await deliveries.distinct('seq', { webhook, status: 'exhausted' })).to.deep.equal([first])
    expect(third).to.be.above(second)
    expect((await webhookEvents(acme)).at(-1)?.[1]).to.include({ from: first, exhausted: true })
  })

  it('of what was given up asks for the oldest thousand at once', async () => {
    const acme = await anOrganisation()
    const server = await sharedServer()
    const path = await aWebhook(acme, { enabled: false })
    const webhook = path.split('/').at(-1) ?? ''
    await fillDeliveries(server, { webhook, organisation: acme.id, count: 1_002 })
    const deliveries = server.app.connection.collection('webhookDeliveries')
    await deliveries.updateMany({ webhook }, { $set: { status: 'exhausted' } })
    const begun = { since: '2020-01-01T00:00:00Z', exhausted: true }
    expect((await acme.admin.api('POST', `${path}/replay`, begun)).body.count).to.equal(1_000)
    expect(await deliveries.distinct('seq', { webhook, status: 'exhausted' })).to.deep.equal([1_001, 1_002])
    expect((await acme.admin.api('POST', `${path}/replay`, begun)).body.count).to.equal(2)
  })

  it('of a paused endpoint begins once it is resumed', async () => {
    const acme = await anOrganisation()
    const receiver = await aReceiver()
    const path = await aWebhook(acme, { url: receiver.url, ordered: true, enabled: false, types: ['organisation.*'] })
    await acme.admin.api('POST', `${path}/replay`, { since: '2000-01-01T00:00:00Z' })
    await acme.admin.api('PATCH', `/organisations/${acme.id}`, { description: 'Changed' })
    await acme.admin.api('PATCH', path, { enabled: true })
    await receiver.until((received) => received.length === 2)
    expect(receiver.received.map((post) => eventOf(post).type)).to.deep.equal([
      'organisation.created',
      'organisation.described',
    ])
    expect(seqsOf(receiver.received)[0]).to.equal(1)
  })

  it('of a part does not take from an earlier one what that still has to bring', async () => {
    const acme = await anOrganisation()
    const receiver = await aReceiver()
    const path = await aWebhook(acme, { url: receiver.url, ordered: true, types: ['role.*'] })
    const roles = `/organisations/${acme.id}/roles`
    for (const name of ['One', 'Two', 'Three', 'Four']) await acme.admin.api('POST', roles, { name, permissions: [] })
    await receiver.until((received) => received.length === 4)
    const [first, ...later] = seqsOf(receiver.received)
    await acme.admin.api('PATCH', path, { enabled: false })
    const all = await eventsOf(acme)
    for (const from of [first, later[1]]) {
      const { cursor } = all.find(({ seq }) => seq === from)
      expect((await acme.admin.api('POST', `${path}/replay`, { after: cursor })).body).to.deep.equal({ from })
    }
    await acme.admin.api('PATCH', path, { enabled: true })
    await acme.admin.api('POST', roles, { name: 'Five', permissions: [] })
    await receiver.until((received) => received.length >= 8)
    expect(seqsOf(receiver.received.slice(4, 7))).to.deep.equal(later)
  })

  it('begins at a cursor of this log or at a time, and at nothing else', async () => {
    const [acme, other] = [await anOrganisation(), await anOrganisation()]
    const path = await aWebhook(acme, { enabled: false })
    const [{ cursor }] = await eventsOf(acme)
    const [{ cursor: foreign }] = await eventsOf(other)
    for (const body of [{}, { after: cursor, since: '2026-01-01T00:00:00Z' }, { since: 'yesterday' }]) {
      expect(told(await acme.admin.api('POST', `${path}/replay`, body))).to.deep.equal([400, 'invalid_request'])
    }
    for (const after of [foreign, 'nonsense', cursor.slice(0, -1)]) {
      expect(told(await acme.admin.api('POST', `${path}/replay`, { after }))).to.deep.equal([400, 'invalid_cursor'])
    }
  })

  it('since a time begins with the first event of that time or later', async () => {
    let now = new Date('2026-03-01T12:00:00Z')
    const server = await startServer({ now: () => now })
    const acme = await anOrganisation({ url: server.url })
    const start = now.getTime()
    for (let minute = 1; minute <= 6; minute += 1) {
      now = new Date(start + minute * 60_000)
      await acme.admin.api('PATCH', `/organisations/${acme.id}`, { description: `Minute ${minute}` })
    }
    const path = await aWebhook(acme, { enabled: false })
    const all = await eventsOf(acme)
    for (const minutes of [-1, 0, 1, 2.5, 6, 7]) {
      const since = new Date(start + minutes * 60_000).toISOString()
      const first = all.find(({ at }) => at >= since)
      const head = (await eventsOf(acme)).at(-1).seq
      const { body } = await acme.admin.api('POST', `${path}/replay`, { since })
      expect(body.from, since).to.equal(first === undefined ? head : first.seq - 1)
    }
    await server.close()
  })
})
