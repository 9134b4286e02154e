import { expect } from 'chai'
import { changeSomebody } from './rig/changes.ts'
import { anOrganisation, type TestOrganisation } from './rig/people.ts'
import { answersWith, aReceiver, type Behaviour, resets } from './rig/receiver.ts'
import { aWebhook, eventOf, seqsOf, type TestWebhook, untilSome } from './rig/sending.ts'
import { sharedServer, startServer } from './rig/server.ts'

const roles = new Map<string, string>()

/** So many events, each about the member; they are answered in order. */
async function changes(acme: TestOrganisation, member: string, count: number): Promise<number[]> {
  const made: number[] = []
  while (made.length < count) {
    const role = roles.get(member) === 'manager' ? 'developer' : 'manager'
    roles.set(member, role)
    made.push(await changeSomebody(acme, member, role))
  }
  return made
}

describe('an ordered webhook', () => {
  it('has one event under way, and lets none pass one that failed', async () => {
    const acme = await anOrganisation()
    const { member } = await acme.add('developer')
    let failures = 1
    const receiver = await aReceiver({
      behaviour: (response, post) => answersWith(failures-- > 0 ? 500 : 204)(response, post),
    })
    await aWebhook(acme, receiver, { types: ['member.*'], ordered: true, concurrency: 20 })
    const [first = 0, ...more] = await changes(acme, member, 4)
    await receiver.until((received) => received.length >= 5)
    expect(seqsOf(receiver.received)).to.deep.equal([first, first, ...more])
  })

  it('keeps the order over failures of every kind, each event taken once', async function () {
    this.timeout(300_000)
    let offsetMs = 0
    const server = await startServer({ now: () => new Date(Date.now() + offsetMs) })
    const acme = await anOrganisation({ url: server.url })
    const { member } = await acme.add('developer')
    const taken: number[] = []
    const failures = new Map<number, number>()
    const kinds: readonly Behaviour[] = [
      answersWith(500),
      resets,
      answersWith(302, { location: 'http://127.0.0.1:1/' }),
      answersWith(429, { 'retry-after': '60' }),
    ]
    const receiver = await aReceiver({
      behaviour(response, post) {
        const { seq } = eventOf(post)
        const failed = failures.get(seq) ?? 0
        const kind = failed < 3 ? kinds[Math.floor(Math.random() * 8)] : undefined
        if (kind === undefined) taken.push(seq)
        else failures.set(seq, failed + 1)
        const behaviour = kind ?? answersWith(204)
        behaviour(response, post)
      },
    })
    const webhook = await aWebhook(acme, receiver, { types: ['member.*'], ordered: true, enabled: false })
    const made = await changes(acme, member, 15)
    await webhook.call('PATCH', '', { enabled: true })
    const deliveries = server.app.connection.collection('webhookDeliveries')
    const written = deliveries.watch()
    await written.tryNext()
    while (taken.length < made.length) {
      const failed = await deliveries.findOne({ status: 'retrying' })
      if (failed !== null) offsetMs = Math.max(offsetMs, failed.nextAt.getTime() - Date.now())
      await written.next()
    }
    await written.close()
    expect(taken).to.deep.equal(made)
    await server.close()
  })

  it('goes on with what follows when somebody has an earlier one delivered again that fails', async () => {
    const acme = await anOrganisation()
    const server = await sharedServer()
    const { member } = await acme.add('developer')
    const receiver = await aReceiver()
    const webhook = await aWebhook(acme, receiver, { types: ['member.*'], ordered: true })
    const [first = 0] = await changes(acme, member, 1)
    await untilSome(server, 'webhookDeliveries', { webhook: webhook.id, seq: first, status: 'delivered' })
    await untilSome(server, 'webhookCursors', { _id: webhook.id, seq: first })
    receiver.behave((response, post) => answersWith(eventOf(post).seq === first ? 500 : 204)(response, post))
    const [delivery] = (await webhook.call('GET', '/deliveries')).data
    await webhook.call('POST', `/deliveries/${delivery.id}/redeliver`)
    await untilSome(server, 'webhookDeliveries', { _id: delivery.id, status: 'retrying', tries: 1 })
    const more = await changes(acme, member, 2)
    await receiver.until((received) => seqsOf(received).includes(more[1] ?? 0))
    expect(seqsOf(receiver.received).filter((seq) => seq !== first)).to.deep.equal(more)
  })

  for (const [how, change] of [
    [
      'is paused and resumed',
      async (webhook: TestWebhook) => {
        await webhook.call('PATCH', '', { enabled: false })
        await webhook.call('PATCH', '', { enabled: true })
      },
    ],
    [
      'is led elsewhere',
      async (webhook: TestWebhook) => {
        await webhook.call('PATCH', '', { url: (await aReceiver()).url })
      },
    ],
  ] as const) {
    it(`that ${how} tries at once what failed, and the rest after it`, async () => {
      const acme = await anOrganisation()
      const server = await sharedServer()
      const { member } = await acme.add('developer')
      const receiver = await aReceiver({ behaviour: answersWith(500, { 'retry-after': '36000' }) })
      const webhook = await aWebhook(acme, receiver, { types: ['member.*'], ordered: true })
      const [first = 0, second = 0] = await changes(acme, member, 2)
      await untilSome(server, 'webhookDeliveries', { webhook: webhook.id, seq: first, status: 'retrying' })
      receiver.behave(answersWith(204))
      await change(webhook)
      await untilSome(server, 'webhookDeliveries', { webhook: webhook.id, seq: second, status: 'delivered' })
      const deliveries = server.app.connection.collection('webhookDeliveries')
      const [former, latter] = await deliveries.find({ webhook: webhook.id }).sort({ seq: 1 }).toArray()
      expect([former?.status, former?.attempts]).to.deep.equal(['delivered', 2])
      expect(former?.lastAt <= latter?.lastAt).to.equal(true)
    })
  }

  it('counts the tries on when it is changed between two of them', async () => {
    const acme = await anOrganisation()
    const server = await sharedServer()
    const { member } = await acme.add('developer')
    const receiver = await aReceiver({ behaviour: answersWith(500) })
    const webhook = await aWebhook(acme, receiver, { types: ['member.*'], ordered: true })
    const [first = 0] = await changes(acme, member, 1)
    await untilSome(server, 'webhookDeliveries', { webhook: webhook.id, seq: first, tries: { $gte: 1 } })
    await webhook.call('PATCH', '', { description: 'Changed' })
    await untilSome(server, 'webhookDeliveries', { webhook: webhook.id, seq: first, tries: 2, attempts: 2 })
  })

  it('that becomes parallel and ordered again loses none and takes none twice', async () => {
    const acme = await anOrganisation()
    const { member } = await acme.add('developer')
    const taken: number[] = []
    const failedOnce = new Set<number>()
    const receiver = await aReceiver({
      behaviour(response, post) {
        const { seq } = eventOf(post)
        if (seq % 5 === 0 && !failedOnce.has(seq)) {
          failedOnce.add(seq)
          answersWith(500)(response, post)
          return
        }
        taken.push(seq)
        answersWith(204)(response, post)
      },
    })
    const webhook = await aWebhook(acme, receiver, { types: ['member.*'], ordered: true })
    const made: number[] = []
    for (const ordered of [false, true, false, true]) {
      made.push(...(await changes(acme, member, 6)))
      await webhook.call('PATCH', '', { ordered })
    }
    await receiver.until(() => taken.length >= made.length)
    expect([...taken].sort((a, b) => a - b)).to.deep.equal(made)
  })
})
