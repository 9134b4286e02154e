import { expect } from 'chai'
import { Webhook } from 'standardwebhooks'
import type { WebhookCursorDocument } from '../server/src/webhooks/documents.ts'
import { appendHidden } from './rig/bulk.ts'
import { changeSomebody } from './rig/changes.ts'
import { anOrganisation } from './rig/people.ts'
import { answersWith, aReceiver, hangs, type ReceivedPost } from './rig/receiver.ts'
import { aWebhook, eventOf, seqsOf, untilSome } from './rig/sending.ts'
import { sharedServer, startServer } from './rig/server.ts'
import { untilNone } from './rig/until-none.ts'

const upTo = (seq: number) => (received: readonly ReceivedPost[]) => seqsOf(received).includes(seq)
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

describe('a webhook', () => {
  it('gets each event as HTTP shows it, signed', async () => {
    const acme = await anOrganisation()
    const receiver = await aReceiver()
    const { member } = await acme.add('developer')
    const { secret } = await aWebhook(acme, receiver)
    const seq = await changeSomebody(acme, member, 'manager')
    const post = await receiver.next()
    const { body } = await acme.admin.api('GET', `/organisations/${acme.id}/events?limit=200`)
    expect(eventOf(post)).to.deep.equal(body.data.find((event: { seq: number }) => event.seq === seq))
    const { 'content-type': type, 'user-agent': agent, 'webhook-id': id } = post.headers
    expect([post.method, type, agent, id]).to.deep.equal([
      'POST',
      'application/json',
      'Rolecall-Webhooks/1',
      eventOf(post).id,
    ])
    const headers = Object.fromEntries(Object.entries(post.headers).map(([name, value]) => [name, String(value)]))
    expect(new Webhook(secret).verify(post.body, headers)).to.deep.equal(eventOf(post))
    await untilSome(await sharedServer(), 'webhookDeliveries', { seq, organisation: acme.id, status: 'delivered' })
    const metrics = await (await fetch(`${acme.admin.url}/metrics`)).text()
    expect(metrics).to.match(/rolecall_webhook_attempts_total\{outcome="ok"\} [1-9]/)
    expect(metrics).to.match(/rolecall_webhook_first_attempt_seconds_count [1-9]/)
  })

  it('gets the types that it chose, in the order of the log where it is idle, and nothing from before', async () => {
    const acme = await anOrganisation()
    const [members, everything] = [await aReceiver(), await aReceiver()]
    const { member } = await acme.add('developer')
    await aWebhook(acme, members, { types: ['member.*'] })
    await aWebhook(acme, everything)
    const first = await changeSomebody(acme, member, 'manager')
    await acme.admin.api('PATCH', `/organisations/${acme.id}`, { description: 'Not about members' })
    const last = await changeSomebody(acme, member, 'developer')
    await members.until(upTo(last))
    await everything.until((received) => received.length >= 3)
    expect(seqsOf(members.received)).to.deep.equal([first, last])
    expect(seqsOf(everything.received).sort((a, b) => a - b)).to.deep.equal(range(first, last))
  })

  it('E42 has its place written down before what is under way, whatever came after it was taken', async () => {
    const acme = await anOrganisation()
    const server = await sharedServer()
    const { member } = await acme.add('developer')
    const receiver = await aReceiver({ behaviour: hangs })
    const { id } = await aWebhook(acme, receiver, { types: ['member.*'] })
    const first = await changeSomebody(acme, member, 'manager')
    await receiver.until(upTo(first))
    receiver.behave(answersWith(204))
    const second = await changeSomebody(acme, member, 'developer')
    await untilSome(server, 'webhookDeliveries', { webhook: id, seq: second, status: 'delivered' })
    const cursors = server.app.connection.collection<WebhookCursorDocument>('webhookCursors')
    const before = await cursors.findOne({ _id: id })
    await untilSome(server, 'webhookCursors', { _id: id, 'lease.until': { $gt: before?.lease?.until } })
    const after = await cursors.findOne({ _id: id })
    // On a slow machine its time may be over by now, of which there is a record.
    const isOver =
      (await server.app.connection.collection('webhookDeliveries').findOne({ webhook: id, seq: first })) !== null
    expect(after?.seq).to.be.below(isOver ? second + 1 : first)
  })

  it('gets its own test and that of no other, whichever types it gets', async () => {
    const acme = await anOrganisation()
    const [one, other] = [await aReceiver(), await aReceiver()]
    const webhook = await aWebhook(acme, one, { types: ['invitation.*'] })
    await aWebhook(acme, other, { types: ['*'], ordered: true })
    const { seq } = await webhook.call('POST', '/test')
    expect(eventOf(await one.next())).to.deep.include({ seq, type: 'webhook.tested' })
    const { member } = await acme.add('developer')
    const last = await changeSomebody(acme, member, 'manager')
    await other.until(upTo(last))
    expect(seqsOf(other.received)).not.to.include(seq)
  })

  it('E42 that hangs delays no other of the same organisation', async () => {
    const acme = await anOrganisation()
    const [hanging, healthy] = [await aReceiver({ behaviour: hangs }), await aReceiver()]
    const { member } = await acme.add('developer')
    await aWebhook(acme, hanging, { concurrency: 2 })
    await aWebhook(acme, healthy, { types: ['member.*'] })
    let last = 0
    for (const role of ['manager', 'developer', 'manager', 'developer', 'manager', 'developer']) {
      last = await changeSomebody(acme, member, role)
    }
    await healthy.until(upTo(last))
    expect(hanging.received.length).to.be.at.most(2)
    await hanging.close()
  })

  it('that was paused goes on where it stopped, over many pages of the log', async () => {
    const acme = await anOrganisation()
    const { log } = (await sharedServer()).app
    const receiver = await aReceiver()
    const person = await acme.add('developer')
    const webhook = await aWebhook(acme, receiver, { types: ['member.*'], ordered: true })
    await webhook.call('PATCH', '', { enabled: false })
    const first = await changeSomebody(acme, person.member, 'manager')
    await appendHidden(log, acme.id, person, 300)
    const last = await changeSomebody(acme, person.member, 'developer')
    await webhook.call('PATCH', '', { enabled: true })
    await receiver.until(upTo(last))
    expect(seqsOf(receiver.received)).to.deep.equal(range(first, last))
  })

  it('gets each event once where it reads pages of the log while the log goes on', async () => {
    const acme = await anOrganisation()
    const { log } = (await sharedServer()).app
    const receiver = await aReceiver()
    const person = await acme.add('developer')
    const webhook = await aWebhook(acme, receiver, { types: ['member.*'], concurrency: 20 })
    await webhook.call('PATCH', '', { enabled: false })
    const first = await changeSomebody(acme, person.member, 'manager')
    await appendHidden(log, acme.id, person, 400)
    await webhook.call('PATCH', '', { enabled: true })
    for (let count = 0; count < 20; count += 1) await appendHidden(log, acme.id, person, 5)
    const last = await changeSomebody(acme, person.member, 'developer')
    const { body } = await acme.admin.api('GET', `/organisations/${acme.id}/events?limit=1&type=webhook.resumed`)
    const expected = range(first, last).filter((seq) => seq !== body.data[0].seq)
    await receiver.until((received) => received.length >= expected.length)
    expect(seqsOf(receiver.received).sort((a, b) => a - b)).to.deep.equal(expected)
  })

  it('has as many requests under way as it may, one while it fails, and all again once something is taken', async () => {
    const acme = await anOrganisation()
    const { log } = (await sharedServer()).app
    const answering: (() => void)[] = []
    let status = 500
    const receiver = await aReceiver({
      behaviour: (response, post) => answering.push(() => answersWith(status)(response, post)),
    })
    const person = await acme.add('developer')
    const webhook = await aWebhook(acme, receiver, { types: ['member.*'], concurrency: 3, enabled: false })
    await appendHidden(log, acme.id, person, 12)
    await webhook.call('PATCH', '', { enabled: true })
    const answer = async (count: number) => {
      await receiver.until(() => answering.length >= count)
      expect(answering).to.have.length(count)
      for (const one of answering.splice(0)) one()
    }
    await answer(3)
    await answer(1)
    await answer(1)
    status = 204
    await answer(1)
    await answer(3)
    receiver.behave(answersWith(204))
    await receiver.until((received) => received.length >= 12)
  })

  it('gets nothing more once it is paused while requests are under way', async () => {
    const acme = await anOrganisation()
    const letGo: (() => void)[] = []
    const receiver = await aReceiver({
      behaviour: (response, post) => letGo.push(() => answersWith(204)(response, post)),
    })
    const { member } = await acme.add('developer')
    const webhook = await aWebhook(acme, receiver, { types: ['member.*'], ordered: true })
    const first = await changeSomebody(acme, member, 'manager')
    await receiver.next()
    const second = await changeSomebody(acme, member, 'developer')
    await webhook.call('PATCH', '', { enabled: false })
    letGo.pop()?.()
    const server = await sharedServer()
    await untilSome(server, 'webhookDeliveries', { webhook: webhook.id, seq: first, status: 'delivered' })
    await untilNone(server.app.connection.collection('webhookCursors'), { _id: webhook.id, lease: { $exists: true } })
    expect(seqsOf(receiver.received)).to.deep.equal([first])
    receiver.behave(answersWith(204))
    await webhook.call('PATCH', '', { enabled: true })
    await receiver.until(upTo(second))
    expect(seqsOf(receiver.received)).to.deep.equal([first, second])
  })

  it('is posted to its new address from the change on, also what failed at the former one', async () => {
    const acme = await anOrganisation()
    const [former, present] = [await aReceiver({ behaviour: answersWith(500) }), await aReceiver()]
    const { member } = await acme.add('developer')
    const webhook = await aWebhook(acme, former, { types: ['member.*'] })
    const failed = await changeSomebody(acme, member, 'manager')
    await former.next()
    await webhook.call('PATCH', '', { url: present.url })
    const fresh = await changeSomebody(acme, member, 'developer')
    await present.until((received) => received.length >= 2)
    expect(seqsOf(present.received).sort((a, b) => a - b)).to.deep.equal([failed, fresh])
    // Tried again there after five seconds, where the change took that long.
    expect(new Set(seqsOf(former.received))).to.deep.equal(new Set([failed]))
  })

  it('that is deleted while requests are under way leaves nothing behind', async () => {
    const acme = await anOrganisation()
    const receiver = await aReceiver({ behaviour: hangs })
    const { member } = await acme.add('developer')
    const webhook = await aWebhook(acme, receiver)
    await changeSomebody(acme, member, 'manager')
    await receiver.next()
    await webhook.call('DELETE')
    await receiver.untilNoSockets()
    const { connection } = (await sharedServer()).app
    expect(await connection.collection('webhookDeliveries').countDocuments({ webhook: webhook.id })).to.equal(0)
  })

  it('E45 rests while its organisation is deleted, and then gets what it missed', async () => {
    const acme = await anOrganisation()
    const receiver = await aReceiver()
    const { member } = await acme.add('developer')
    await aWebhook(acme, receiver, { ordered: true })
    const first = await changeSomebody(acme, member, 'manager')
    await receiver.next()
    const deleted = await acme.admin.api('DELETE', `/organisations/${acme.id}`)
    expect(deleted.status, deleted.text).to.equal(204)
    const restored = await acme.admin.api('POST', `/organisations/${acme.id}/restore`, {})
    expect(restored.status, restored.text).to.equal(200)
    const last = await changeSomebody(acme, member, 'developer')
    await receiver.until(upTo(last))
    expect(seqsOf(receiver.received)).to.deep.equal(range(first, last))
    expect(receiver.received.map((post) => eventOf(post).type)).to.include('organisation.deleted')
  })

  it('gets an event once more that somebody has delivered again, under the same id', async () => {
    const acme = await anOrganisation()
    const receiver = await aReceiver()
    const { member } = await acme.add('developer')
    const webhook = await aWebhook(acme, receiver, { types: ['member.*'] })
    await changeSomebody(acme, member, 'manager')
    const first = await receiver.next()
    await untilSome(await sharedServer(), 'webhookDeliveries', { webhook: webhook.id, status: 'delivered' })
    const [delivery] = (await webhook.call('GET', '/deliveries')).data
    // Whatever it gets by now: somebody wants this one.
    await webhook.call('PATCH', '', { types: ['invitation.*'] })
    await webhook.call('POST', `/deliveries/${delivery.id}/redeliver`)
    const second = await receiver.next()
    expect([second.body, second.headers['webhook-id']]).to.deep.equal([first.body, first.headers['webhook-id']])
    await untilSome(await sharedServer(), 'webhookDeliveries', { _id: delivery.id, status: 'delivered', attempts: 2 })
    expect(receiver.received).to.have.length(2)
  })
})

describe('a replay', () => {
  it('that begins while a request is under way delivers all of it again, under the same ids', async () => {
    const acme = await anOrganisation()
    const receiver = await aReceiver()
    const { member } = await acme.add('developer')
    const webhook = await aWebhook(acme, receiver, { types: ['member.*'], ordered: true })
    const first = await changeSomebody(acme, member, 'manager')
    const { cursor } = eventOf(await receiver.next())
    const second = await changeSomebody(acme, member, 'developer')
    await receiver.next()
    await untilSome(await sharedServer(), 'webhookCursors', { _id: webhook.id, seq: second })
    let letGo = () => {}
    receiver.behave((response, post) => {
      letGo = () => answersWith(204)(response, post)
    })
    const third = await changeSomebody(acme, member, 'manager')
    await receiver.next()
    const { from } = await webhook.call('POST', '/replay', { after: cursor })
    expect(from).to.equal(first)
    receiver.behave(answersWith(204))
    letGo()
    await receiver.until((received) => received.length >= 5)
    expect(seqsOf(receiver.received)).to.deep.equal([first, second, third, second, third])
    const ids = receiver.received.map((post) => post.headers['webhook-id'])
    expect(ids.slice(3)).to.deep.equal(ids.slice(1, 3))
  })
})

describe('a server that is stopped', () => {
  it('leaves what was under way to the next one', async () => {
    const server = await startServer()
    const acme = await anOrganisation({ url: server.url })
    const receiver = await aReceiver({ behaviour: hangs })
    const { member } = await acme.add('developer')
    await aWebhook(acme, receiver, { types: ['member.*'] })
    const seqs = [await changeSomebody(acme, member, 'manager'), await changeSomebody(acme, member, 'developer')]
    await receiver.until((received) => received.length >= 2)
    await server.app.close()
    const next = await startServer({ dataDir: server.dataDir })
    receiver.behave(answersWith(204))
    await receiver.until((received) => received.length >= 4)
    expect(seqsOf(receiver.received).slice(2).sort()).to.deep.equal(seqs)
    await untilSome(next, 'webhookDeliveries', { seq: seqs[1], status: 'delivered', attempts: 1 })
    await next.close()
    await server.close()
  })
})
