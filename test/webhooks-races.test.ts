import { expect } from 'chai'
import { models as accessModels } from '../server/src/access/documents.ts'
import { createTable } from '../server/src/access/table.ts'
import { systemClock } from '../server/src/clock.ts'
import { createMetrics } from '../server/src/http/metrics.ts'
import { newId } from '../server/src/ids.ts'
import { models as logModels } from '../server/src/log/documents.ts'
import { createFeed } from '../server/src/log/feed.ts'
import { createLog } from '../server/src/log/log.ts'
import { createPages, type Pages } from '../server/src/log/pages.ts'
import { createLogger } from '../server/src/logger.ts'
import { models as mailModels } from '../server/src/mail/documents.ts'
import { createMail } from '../server/src/mail/mail.ts'
import { models as organisationModels } from '../server/src/organisations/documents.ts'
import { readSecretKey } from '../server/src/secret.ts'
import { models as webhookModels } from '../server/src/webhooks/documents.ts'
import { createGuard } from '../server/src/webhooks/guard.ts'
import { createLeases } from '../server/src/webhooks/lease.ts'
import { createMeasures } from '../server/src/webhooks/measures.ts'
import { createPlaces } from '../server/src/webhooks/places.ts'
import { createPoster } from '../server/src/webhooks/post.ts'
import { createRecords } from '../server/src/webhooks/record.ts'
import { createRunner } from '../server/src/webhooks/runner.ts'
import { createSealedSecrets } from '../server/src/webhooks/signing.ts'
import { changeSomebody } from './rig/changes.ts'
import { anOrganisation } from './rig/people.ts'
import { answersWith, aReceiver, type Behaviour } from './rig/receiver.ts'
import { aScene } from './rig/scene.ts'
import { aWebhook, seqsOf, untilSome } from './rig/sending.ts'
import { sharedServer } from './rig/server.ts'
import { serverLog } from './rig/server-log.ts'
import { atEnd } from './rig/teardown.ts'

const hourMs = 60 * 60 * 1_000

/** A receiver that answers each request only when it is told to. */
async function aPatientReceiver() {
  const waiting: ((behaviour: Behaviour) => void)[] = []
  const receiver = await aReceiver({
    behaviour: (response, post) => waiting.push((behaviour) => behaviour(response, post)),
  })
  return { receiver, answer: (index: number, behaviour: Behaviour) => waiting[index]?.(behaviour) }
}

describe('a receiver that asks to be left alone while it takes something else', () => {
  const later = answersWith(503, { 'retry-after': '3600' })
  for (const [what, order] of Object.entries({ first: [later, answersWith(204)], last: [answersWith(204), later] })) {
    it(`is left alone, whether it says so ${what}`, async () => {
      const { server, acme, member, pass } = await aScene()
      const { receiver, answer } = await aPatientReceiver()
      await aWebhook(acme, receiver, { types: ['member.*'], concurrency: 2 })
      const seqs = [await changeSomebody(acme, member, 'manager'), await changeSomebody(acme, member, 'developer')]
      await receiver.until((received) => received.length >= 2)
      // They are answered in the order in which they came: one is settled before the other is.
      for (const [index, behaviour] of order.entries()) {
        answer(index, behaviour)
        const seq = seqsOf(receiver.received)[index]
        await untilSome(server, 'webhookDeliveries', { seq, status: behaviour === later ? 'retrying' : 'delivered' })
      }
      receiver.behave(answersWith(204))
      const other = await aReceiver()
      await aWebhook(acme, other, { types: ['member.*'] })
      const third = await changeSomebody(acme, member, 'manager')
      await other.next()
      expect(seqsOf(receiver.received).sort()).to.deep.equal(seqs)
      await pass(hourMs + 1_000)
      await receiver.until((received) => received.length >= 4)
      const asked = seqsOf(receiver.received)[order.indexOf(later)]
      expect(seqsOf(receiver.received).slice(2).sort()).to.deep.equal([asked, third].sort())
      await server.close()
    })
  }
})

describe('an event that is to be delivered once more while a try is under way', () => {
  for (const status of [500, 204]) {
    it(`is, whatever the try comes to (${status})`, async () => {
      const { server, acme, member, pass } = await aScene()
      const { receiver, answer } = await aPatientReceiver()
      const webhook = await aWebhook(acme, receiver, { types: ['member.*'] })
      const seq = await changeSomebody(acme, member, 'manager')
      await receiver.next()
      answer(0, answersWith(500))
      await untilSome(server, 'webhookDeliveries', { seq, status: 'retrying', tries: 1 })
      await pass(6_000)
      await receiver.next()
      const [delivery] = (await webhook.call('GET', '/deliveries')).data
      await webhook.call('POST', `/deliveries/${delivery.id}/redeliver`)
      answer(1, answersWith(status))
      await receiver.next()
      answer(2, answersWith(204))
      await untilSome(server, 'webhookDeliveries', { seq, status: 'delivered', attempts: 3, tries: 1 })
      expect(seqsOf(receiver.received)).to.deep.equal([seq, seq, seq])
      await server.close()
    })
  }
})

describe('an event that waits to be tried again at an endpoint that gets its type no longer', () => {
  it('is tried like any other where somebody asked for it, whatever became of its endpoint meanwhile', async () => {
    const { server, acme, member, pass } = await aScene()
    const receiver = await aReceiver()
    const webhook = await aWebhook(acme, receiver, { types: ['member.*'] })
    const seq = await changeSomebody(acme, member, 'manager')
    await untilSome(server, 'webhookDeliveries', { seq, status: 'delivered' })
    receiver.behave(answersWith(500))
    await webhook.call('PATCH', '', { types: ['invitation.*'] })
    const [delivery] = (await webhook.call('GET', '/deliveries')).data
    await webhook.call('POST', `/deliveries/${delivery.id}/redeliver`)
    await untilSome(server, 'webhookDeliveries', { seq, status: 'retrying', tries: 1 })
    await pass(6_000)
    await untilSome(server, 'webhookDeliveries', { seq, status: 'retrying', tries: 2 })
    await webhook.call('PATCH', '', { description: 'Read again' })
    receiver.behave(answersWith(204))
    await pass(6 * 60_000)
    await untilSome(server, 'webhookDeliveries', { seq, status: 'delivered', attempts: 4 })
    // Over: what follows from it is no more asked for than anything else.
    await untilSome(server, 'webhookDeliveries', { seq, isAskedFor: { $exists: false } })
    await server.close()
  })

  it('is withheld when a replay comes upon it, and sent where somebody asked for it', async () => {
    const { server, acme, member, pass } = await aScene()
    const receiver = await aReceiver({ behaviour: answersWith(500) })
    const webhook = await aWebhook(acme, receiver, { types: ['member.*'] })
    const seqs = [await changeSomebody(acme, member, 'manager'), await changeSomebody(acme, member, 'developer')]
    await pass(6_000)
    for (const seq of seqs) await untilSome(server, 'webhookDeliveries', { seq, status: 'retrying' })
    await webhook.call('PATCH', '', { types: ['invitation.*'], enabled: false })
    const [asked, other] = (await webhook.call('GET', '/deliveries')).data
    await server.app.connection
      .collection('webhookDeliveries')
      .updateOne({ _id: asked.id }, { $set: { isAskedFor: true } })
    await webhook.call('POST', '/replay', { since: '2020-01-01T00:00:00Z' })
    receiver.behave(answersWith(204))
    await webhook.call('PATCH', '', { enabled: true })
    await untilSome(server, 'webhookDeliveries', { _id: asked.id, status: 'delivered' })
    await untilSome(server, 'webhookDeliveries', { _id: other.id, status: 'withheld' })
    await server.close()
  })
})

/** Pages of the log that come once they are let through. */
function heldPages(pages: Pages) {
  let askFor = () => {}
  const asked = new Promise<void>((resolve) => {
    askFor = resolve
  })
  let letGo = () => {}
  const released = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const after: Pages['after'] = async (...place) => {
    askFor()
    await released
    return pages.after(...place)
  }
  return { pages: { ...pages, after }, asked, letGo: () => letGo() }
}

describe('an endpoint that is paused while its log is being read', () => {
  it('gets nothing more', async () => {
    const { app, config } = await sharedServer()
    const { connection } = app
    const acme = await anOrganisation()
    const { member } = await acme.add('developer')
    const receiver = await aReceiver()
    const webhook = await aWebhook(acme, receiver, { types: ['member.*'], enabled: false })
    await changeSomebody(acme, member, 'manager')

    // A node of its own, which has not heard of what happened, and so reads it.
    const now = systemClock
    const logger = createLogger('debug', serverLog)
    const models = {
      ...accessModels(connection),
      ...logModels(connection),
      ...mailModels(connection),
      ...organisationModels(connection),
      ...webhookModels(connection),
    }
    const log = createLog({ connection, models, now })
    const nodeId = newId('evt')
    const feed = createFeed({ connection, models, nodeId, now, logger })
    await feed.start()
    atEnd(() => feed.stop())
    const poster = createPoster({ guard: createGuard({ loopback: true }), now })
    atEnd(() => poster.close())
    const secretKey = readSecretKey(config)
    const { mails } = await createMail({ config, models, secretKey, origin: () => app.url, now, logger })
    const held = heldPages(createPages(models))
    // The server itself does not hear of this.
    await models.webhooks.updateOne({ _id: webhook.id }, { $unset: { stopped: 1 } })
    const runner = createRunner(webhook.id, {
      models,
      log,
      feed,
      table: createTable({ models, log }),
      pages: held.pages,
      poster,
      secrets: createSealedSecrets(secretKey),
      mails,
      measures: createMeasures(createMetrics({ connected: () => 0, unsentBytes: () => 0 }).registry),
      now,
      leases: createLeases({ models, nodeId, isAlone: false, now }),
      records: createRecords(models),
      places: createPlaces(2),
      gate: (task) => task(),
      logger,
    })
    await held.asked
    await webhook.call('PATCH', '', { enabled: false })
    runner.outdate()
    held.letGo()
    expect(await runner.ended).to.equal('over')
    expect(receiver.received).to.deep.equal([])
  })
})
