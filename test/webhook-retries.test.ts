import { expect } from 'chai'
import { delayAfter, maxTries } from '../server/src/webhooks/schedule.ts'
import { changeSomebody } from './rig/changes.ts'
import { mailTo } from './rig/mailbox.ts'
import { type Answer, anOrganisation } from './rig/people.ts'
import { answersWith, aReceiver, redirectsTo } from './rig/receiver.ts'
import { aScene, type Scene } from './rig/scene.ts'
import { aWebhook, eventOf, seqsOf, untilSome } from './rig/sending.ts'
import { sharedServer } from './rig/server.ts'
import { untilNone } from './rig/until-none.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
/** As documented: after how long each try is followed by the next. */
const schedule = [5_000, 5 * minuteMs, 30 * minuteMs, ...[2, 5, 10, 14, 20, 24].map((hours) => hours * hourMs)]

const deliveriesOf = ({ server }: Scene) => server.app.connection.collection('webhookDeliveries')

/** The delivery of an event once it was tried so often. */
async function tried(scene: Scene, seq: number, attempts: number): Promise<Answer['body']> {
  await untilSome(scene.server, 'webhookDeliveries', { seq, attempts })
  return deliveriesOf(scene).findOne({ seq })
}

describe('the schedule of retries', () => {
  it('has ten tries over about 75 hours, each spread by a tenth at most', () => {
    expect(maxTries).to.equal(schedule.length + 1)
    for (const [index, ms] of schedule.entries()) {
      const delays = Array.from({ length: 200 }, () => delayAfter(index + 1) ?? 0)
      expect(Math.min(...delays)).to.be.within(ms * 0.9, ms)
      expect(Math.max(...delays)).to.be.within(ms, ms * 1.1)
    }
    expect(delayAfter(maxTries)).to.equal(undefined)
    const hours = schedule.reduce((sum, ms) => sum + ms, 0) / hourMs
    expect(hours).to.be.within(75, 76)
  })
})

describe('a receiver that is down', () => {
  it('E41 E42 for three days gets what happened meanwhile, by the schedule and under the same ids, and no redirect is followed', async function () {
    this.timeout(300_000)
    const scene = await aScene()
    const { acme, member } = scene
    const elsewhere = await aReceiver()
    const receiver = await aReceiver({ behaviour: redirectsTo(elsewhere.url) })
    const webhook = await aWebhook(acme, receiver, { types: ['member.*'] })
    const first = await changeSomebody(acme, member, 'manager')
    let last = first
    for (const [index, ms] of schedule.slice(0, 8).entries()) {
      const { status, nextAt, lastAt } = await tried(scene, first, index + 1)
      expect(status).to.equal('retrying')
      expect(nextAt.getTime() - lastAt.getTime()).to.be.within(ms * 0.9, ms * 1.1 + 20_000)
      if (index === 3) last = await changeSomebody(acme, member, 'developer')
      await scene.pass(nextAt.getTime() - lastAt.getTime())
    }
    const { nextAt, lastAt } = await tried(scene, first, 9)
    receiver.behave(answersWith(204))
    await scene.pass(nextAt.getTime() - lastAt.getTime())
    await untilSome(scene.server, 'webhookDeliveries', { seq: first, status: 'delivered', attempts: 10 })
    await untilSome(scene.server, 'webhookDeliveries', { seq: last, status: 'delivered' })
    const ids = new Set(receiver.received.map((post) => `${eventOf(post).seq} ${post.headers['webhook-id']}`))
    expect(ids.size).to.equal(2)
    expect(elsewhere.received).to.deep.equal([])
    await untilSome(scene.server, 'webhookCursors', { _id: webhook.id, failingSince: { $exists: false } })
    const { failingSince, enabled } = await webhook.call('GET')
    expect([failingSince, enabled]).to.deep.equal([undefined, true])
    await scene.server.close()
  })

  it('for longer leaves events that are exhausted, and a replay brings them', async function () {
    this.timeout(300_000)
    const scene = await aScene()
    const { acme, member } = scene
    const receiver = await aReceiver({ behaviour: answersWith(503) })
    const webhook = await aWebhook(acme, receiver, { types: ['member.*'], ordered: true })
    const since = new Date().toISOString()
    const first = await changeSomebody(acme, member, 'manager')
    const second = await changeSomebody(acme, member, 'developer')
    for (const index of schedule.keys()) {
      const { nextAt, lastAt } = await tried(scene, first, index + 1)
      await scene.pass(nextAt.getTime() - lastAt.getTime())
    }
    const exhausted = await tried(scene, first, maxTries)
    expect([exhausted.status, exhausted.nextAt, exhausted.log.length]).to.deep.equal(['exhausted', undefined, maxTries])
    // The next one has its turn then, and not before.
    const { nextAt, lastAt } = await tried(scene, second, 1)
    expect(lastAt >= exhausted.lastAt).to.equal(true)
    receiver.behave(answersWith(204))
    await scene.pass(nextAt.getTime() - lastAt.getTime())
    await untilSome(scene.server, 'webhookDeliveries', { seq: second, status: 'delivered' })
    const before = receiver.received.length
    await webhook.call('POST', '/replay', { since })
    await untilSome(scene.server, 'webhookDeliveries', { seq: first, status: 'delivered', attempts: maxTries + 1 })
    await receiver.until((received) => received.length >= before + 2)
    expect(seqsOf(receiver.received.slice(before))).to.deep.equal([first, second])
    await scene.server.close()
  })

  it('E41 for five days is disabled, with an event and a mail; resumed, it gets what it missed', async function () {
    this.timeout(300_000)
    const scene = await aScene()
    const { acme, member, server } = scene
    // Else the second try might come by itself, before the clock is set forward.
    const receiver = await aReceiver({ behaviour: answersWith(500, { 'retry-after': '3600' }) })
    const webhook = await aWebhook(acme, receiver, { types: ['member.*'], description: 'To be disabled' })
    const first = await changeSomebody(acme, member, 'manager')
    await tried(scene, first, 1)
    await untilSome(server, 'webhookCursors', { _id: webhook.id, failingSince: { $exists: true } })
    const { failingSince } = await webhook.call('GET')
    for (const attempts of [2, 3, 4]) {
      await scene.pass((5 / 3) * dayMs)
      await tried(scene, first, attempts)
    }
    await untilSome(server, 'webhooks', { _id: webhook.id, 'stopped.reason': 'failing' })
    const stopped = await webhook.call('GET')
    expect([stopped.enabled, stopped.stopped.reason]).to.deep.equal([false, 'failing'])
    const { body } = await acme.admin.api('GET', `/organisations/${acme.id}/events?type=webhook.disabled`)
    const [event] = body.data
    expect(body.data).to.have.length(1)
    expect(event.actor.kind).to.equal('system')
    expect(event.data).to.deep.include({ webhook: { id: webhook.id, url: receiver.url }, reason: 'failing' })
    expect(event.data.failingSince).to.equal(failingSince)
    const mail = await mailTo(server.url, acme.admin.email, 'webhook_disabled')
    expect(mail.text).to.contain('five days').and.contain(`/o/${acme.id}/webhooks`)

    const count = receiver.received.length
    const second = await changeSomebody(acme, member, 'developer')
    receiver.behave(answersWith(204))
    await webhook.call('PATCH', '', { enabled: true })
    await receiver.until((received) => received.length >= count + 2)
    expect(seqsOf(receiver.received.slice(count))).to.have.members([first, second])
    await server.close()
  })

  it('E41 is not disabled by one failure days after another, between which nothing was posted', async () => {
    const scene = await aScene()
    const { acme, member, server } = scene
    // Else the second try might come by itself, before the clock is set forward.
    const receiver = await aReceiver({ behaviour: answersWith(500, { 'retry-after': '3600' }) })
    const webhook = await aWebhook(acme, receiver, { types: ['member.*'] })
    const seq = await changeSomebody(acme, member, 'manager')
    await tried(scene, seq, 1)
    await untilSome(server, 'webhookCursors', { _id: webhook.id, failingSince: { $exists: true } })
    await scene.pass(6 * dayMs)
    const { lastAt } = await tried(scene, seq, 2)
    await untilSome(server, 'webhookCursors', { _id: webhook.id, failingSince: lastAt })
    const { enabled, failingSince } = await webhook.call('GET')
    expect([enabled, failingSince]).to.deep.equal([true, lastAt.toISOString()])
    await server.close()
  })
})

describe('a receiver that answers', () => {
  it('E41 with 410 is disabled at once, and gets it all once it is resumed', async () => {
    const scene = await aScene()
    const { acme, member, server } = scene
    const receiver = await aReceiver({ behaviour: answersWith(410) })
    const webhook = await aWebhook(acme, receiver, { types: ['member.*'] })
    const first = await changeSomebody(acme, member, 'manager')
    await untilSome(server, 'webhooks', { _id: webhook.id, 'stopped.reason': 'gone' })
    const second = await changeSomebody(acme, member, 'developer')
    const mail = await mailTo(server.url, acme.admin.email, 'webhook_disabled')
    expect(mail.text).to.contain('410')
    expect(mail.text).not.to.contain('/hook')
    await untilSome(server, 'webhookCursors', { _id: webhook.id, lease: { $exists: false } })
    expect(seqsOf(receiver.received)).to.deep.equal([first])
    receiver.behave(answersWith(204))
    await webhook.call('PATCH', '', { enabled: true })
    await receiver.until((received) => received.length >= 3)
    expect(seqsOf(receiver.received.slice(1))).to.have.members([first, second])
    await untilSome(server, 'webhookDeliveries', { seq: first, status: 'delivered', attempts: 2 })
    await server.close()
  })

  it('E41 with Retry-After is left alone until then, whatever else happens', async () => {
    const scene = await aScene()
    const { acme, member, server } = scene
    const receiver = await aReceiver({ behaviour: answersWith(429, { 'retry-after': '7200' }) })
    const webhook = await aWebhook(acme, receiver, { types: ['member.*'] })
    const first = await changeSomebody(acme, member, 'manager')
    const { nextAt, lastAt } = await tried(scene, first, 1)
    await untilSome(server, 'webhookCursors', { _id: webhook.id, notBefore: { $exists: true } })
    const { notBefore, retrying } = await webhook.call('GET')
    expect([Date.parse(notBefore) - nextAt.getTime(), retrying]).to.deep.equal([0, 1])
    expect(nextAt.getTime() - lastAt.getTime()).to.be.within(2 * hourMs - 5_000, 2 * hourMs + 20_000)
    receiver.behave(answersWith(204))
    await scene.pass(hourMs)
    const second = await changeSomebody(acme, member, 'developer')
    await scene.pass(hourMs)
    await untilSome(server, 'webhookDeliveries', { seq: second, status: 'delivered' })
    await untilSome(server, 'webhookDeliveries', { seq: first, status: 'delivered' })
    const { createdAt } = await tried(scene, second, 1)
    expect(createdAt.getTime()).to.be.at.least(nextAt.getTime())
    const after = await webhook.call('GET')
    expect([after.notBefore, after.retrying]).to.deep.equal([undefined, 0])
    await server.close()
  })

  for (const status of [429, 502, 504]) {
    it(`E41 with ${status}, which says that it has too much to do, is left alone for a moment`, async () => {
      const acme = await anOrganisation()
      const server = await sharedServer()
      const found = (name: string, filter: object): Promise<Answer['body']> =>
        server.app.connection.collection(name).findOne(filter)
      const receiver = await aReceiver({ behaviour: answersWith(status) })
      const webhook = await aWebhook(acme, receiver)
      const { seq } = await webhook.call('POST', '/test')
      await untilSome(server, 'webhookCursors', { _id: webhook.id, notBefore: { $exists: true } })
      const { notBefore } = await found('webhookCursors', { _id: webhook.id })
      const [attempt] = (await found('webhookDeliveries', { webhook: webhook.id, seq })).log.toReversed()
      expect(notBefore - attempt.at).to.be.at.least(5_000)
    })
  }
})

if (process.env.ROLECALL_LONG === '1') {
  describe('a retry that is due long after its webhook went to rest', () => {
    it('is made', async function () {
      this.timeout(300_000)
      const scene = await aScene()
      const { acme, member, server } = scene
      const receiver = await aReceiver({ behaviour: answersWith(500, { 'retry-after': '3600' }) })
      const webhook = await aWebhook(acme, receiver, { types: ['member.*'] })
      const seq = await changeSomebody(acme, member, 'manager')
      await tried(scene, seq, 1)
      const cursors = server.app.connection.collection('webhookCursors')
      await untilNone(cursors, { _id: webhook.id, lease: { $exists: true } })
      receiver.behave(answersWith(204))
      await scene.pass(hourMs + minuteMs)
      await untilSome(server, 'webhookDeliveries', { seq, status: 'delivered' })
      await server.close()
    })
  })
}

describe('a webhook of which a thousand deliveries wait to be tried again', () => {
  it('gets nothing else before one of them is over, and then goes on', async () => {
    const scene = await aScene()
    const { acme, member, server } = scene
    const receiver = await aReceiver()
    const webhook = await aWebhook(acme, receiver, { types: ['member.*'] })
    const later = new Date(Date.now() + dayMs)
    // The first is of an event that there is; the others need none, since their time does not come.
    const waiting = Array.from({ length: 1_000 }, (_, index) => ({
      _id: `dlv_${index}`,
      webhook: webhook.id,
      organisation: acme.id,
      seq: 1 - index,
      event: { id: 'evt_1', type: 'organisation.created', at: new Date() },
      audience: 'organisation:read',
      round: 0,
      status: 'retrying',
      attempts: 1,
      tries: 1,
      log: [],
      createdAt: new Date(),
      nextAt: later,
      expiresAt: later,
    }))
    await server.app.connection.collection<{ _id: string }>('webhookDeliveries').insertMany(waiting)
    // It is opened anew, and reads them.
    await webhook.call('PATCH', '', { description: 'Has much to do' })
    const seq = await changeSomebody(acme, member, 'manager')
    const other = await aReceiver()
    await aWebhook(acme, other, { types: ['member.*'] })
    await changeSomebody(acme, member, 'developer')
    await other.next()
    expect(receiver.received).to.deep.equal([])
    await webhook.call('POST', '/deliveries/dlv_0/redeliver')
    await receiver.until((received) => seqsOf(received).includes(seq))
    expect(seqsOf(receiver.received)[0]).to.equal(1)
    await server.close()
  })
})
