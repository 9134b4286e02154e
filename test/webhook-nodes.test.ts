import { expect } from 'chai'
import { createConnection } from 'mongoose'
import { changeSomebody } from './rig/changes.ts'
import { aRemoteDatabase } from './rig/database.ts'
import { insist } from './rig/insist.ts'
import { anOrganisation, apiOf, unique } from './rig/people.ts'
import { startServerProcess } from './rig/process.ts'
import { answersWith, aReceiver } from './rig/receiver.ts'
import { aWebhook, eventOf, seqsOf, untilSome } from './rig/sending.ts'
import { startServer } from './rig/server.ts'

const key = { SECRET_KEY: 'a key that two servers of one test share' }
const roles = ['manager', 'developer'] as const

describe('a webhook of two servers', () => {
  it('is sent to by one of them; each event once, in order, by whichever server it was made', async function () {
    this.timeout(300_000)
    const { directUri } = await aRemoteDatabase()
    const env = { ...key, MONGODB_URI: directUri }
    const [one, other] = [await startServer({ env }), await startServer({ env })]
    const acme = await anOrganisation({ url: one.url })
    const { member } = await acme.add('developer')
    const receivers = await Promise.all(Array.from({ length: 6 }, () => aReceiver()))
    for (const receiver of receivers) await aWebhook(acme, receiver, { types: ['member.*'], ordered: true })
    const made: number[] = []
    const change = async (count: number) => {
      for (let more = 0; more < count; more += 1) {
        made.push(await changeSomebody(acme, member, roles[made.length % 2] ?? 'manager'))
      }
      const until = made.at(-1) ?? 0
      await Promise.all(receivers.map((receiver) => receiver.until((received) => seqsOf(received).includes(until))))
      return one.app.connection.collection('webhookCursors').find({}).sort({ _id: 1 }).toArray()
    }
    // An endpoint that has had nothing yet is left after three seconds, and claimed anew.
    const before = await change(1)
    const leases = await change(19)
    const last = made.at(-1) ?? 0
    for (const receiver of receivers) expect(seqsOf(receiver.received)).to.deep.equal(made)
    expect(leases.map(({ fence }) => fence)).to.deep.equal(before.map(({ fence }) => fence))
    // Asked for at each of them, of which one is not the one that sends.
    const [receiver] = receivers
    for (const { url } of [one, other]) {
      const api = apiOf(url, acme.admin.session.accessToken)
      const path = `/organisations/${acme.id}/webhooks/${leases[0]?._id}/deliveries`
      await untilSome(one, 'webhookDeliveries', { webhook: leases[0]?._id, seq: last, status: 'delivered' })
      const { body } = await api('GET', path)
      const count = receiver?.received.length ?? 0
      const { status, text } = await api('POST', `${path}/${body.data[0].id}/redeliver`)
      expect(status, text).to.equal(202)
      await receiver?.until((received) => received.length > count)
      await untilSome(one, 'webhookDeliveries', { _id: body.data[0].id, status: 'delivered' })
    }
    expect(seqsOf(receiver?.received ?? [])).to.deep.equal([...made, last, last])
    await one.close()
    await other.close()
  })

  it('goes on with the other one when the one that sends is stopped or killed', async function () {
    this.timeout(400_000)
    const { directUri } = await aRemoteDatabase()
    const env = { ...key, MONGODB_URI: directUri }
    const sender = await startServerProcess({ env })
    const acme = await anOrganisation({ url: sender.url })
    const { member } = await acme.add('developer')
    const receiver = await aReceiver()
    const webhook = await aWebhook(acme, receiver, { types: ['member.*'], ordered: true })
    const first = await changeSomebody(acme, member, 'manager')
    await receiver.next()

    let heir = await startServer({ env })
    // Its answer is lost with the process that waits for it.
    receiver.behave(() => undefined)
    const second = await changeSomebody(acme, member, 'developer')
    await receiver.next()
    await sender.kill('SIGKILL')
    receiver.behave(answersWith(204))
    await untilSome(heir, 'webhookDeliveries', { webhook: webhook.id, seq: second, status: 'delivered' })
    expect(seqsOf(receiver.received)).to.deep.equal([first, second, second])
    const [, lost, repeated] = receiver.received
    expect(repeated?.headers['webhook-id']).to.equal(lost?.headers['webhook-id'])

    const next = await startServer({ env })
    const api = { ...acme, admin: { ...acme.admin, api: apiOf(next.url, acme.admin.session.accessToken) } }
    await heir.close()
    heir = next
    const third = await changeSomebody(api, member, 'manager')
    await receiver.until((received) => received.map((post) => eventOf(post).seq).includes(third))
    expect(seqsOf(receiver.received)).to.deep.equal([first, second, second, third])
    await next.close()
  })

  for (const [what, below, body] of [
    ['described anew', '', { description: 'Changed' }],
    ['replayed', '/replay', { since: new Date(0).toISOString() }],
  ] as const) {
    it(`goes on at once where it is ${what} with a post under way and the one that sends is stopped`, async () => {
      const { directUri } = await aRemoteDatabase()
      const env = { ...key, MONGODB_URI: directUri }
      const sender = await startServer({ env })
      const acme = await anOrganisation({ url: sender.url })
      const { member } = await acme.add('developer')
      const receiver = await aReceiver({ behaviour: () => undefined })
      const webhook = await aWebhook(acme, receiver, { types: ['member.*'], ordered: true })
      await changeSomebody(acme, member, 'manager')
      await receiver.next()
      await webhook.call(below === '' ? 'PATCH' : 'POST', below, body)
      await sender.close()
      const connection = await createConnection(directUri).asPromise()
      const cursor = await connection.collection<{ _id: string }>('webhookCursors').findOne({ _id: webhook.id })
      await connection.close()
      expect(cursor).to.include.keys('wakeAt').and.not.include.keys('lease')
    })
  }

  it('is sent to by one of them when the one that sent was frozen and comes back', async function () {
    this.timeout(400_000)
    const { directUri } = await aRemoteDatabase()
    const env = { ...key, MONGODB_URI: directUri }
    const sender = await startServerProcess({ env })
    const acme = await anOrganisation({ url: sender.url })
    const { member } = await acme.add('developer')
    const receiver = await aReceiver()
    const webhook = await aWebhook(acme, receiver, { types: ['member.*'], ordered: true })
    const made = [await changeSomebody(acme, member, 'manager')]
    await receiver.next()
    const heir = await startServer({ env })
    const there = { ...acme, admin: { ...acme.admin, api: apiOf(heir.url, acme.admin.session.accessToken) } }
    /** The database may be out of its reach for a moment longer. */
    const woken = {
      ...acme,
      admin: {
        ...acme.admin,
        api: (method: string, path: string, body?: unknown) => {
          const headers = { 'Idempotency-Key': unique('woken') }
          return insist(() => acme.admin.api(method, path, body, headers))
        },
      },
    }
    await untilSome(heir, 'webhookCursors', { _id: webhook.id, seq: made[0] })
    process.kill(sender.pid, 'SIGSTOP')
    made.push(await changeSomebody(there, member, 'developer'))
    await receiver.next()
    process.kill(sender.pid, 'SIGCONT')
    for (const role of ['manager', 'developer', 'manager']) made.push(await changeSomebody(woken, member, role))
    await receiver.until((received) => seqsOf(received).includes(made.at(-1) ?? 0))
    expect(seqsOf(receiver.received)).to.deep.equal(made)
    await sender.kill('SIGTERM')
    await heir.close()
  })

  it('loses nothing when a feed begins anew and its server knows nothing any more', async function () {
    this.timeout(300_000)
    const database = await aRemoteDatabase()
    const near = await startServer({ env: { ...key, MONGODB_URI: database.directUri } })
    const acme = await anOrganisation({ url: near.url })
    const { member } = await acme.add('developer')
    const receiver = await aReceiver()
    await aWebhook(acme, receiver, { types: ['member.*'] })
    await near.close()
    const far = await startServer({ env: { ...key, MONGODB_URI: database.uri } })
    const api = apiOf(far.url, acme.admin.session.accessToken)
    /** Asked again where nobody knows whether it was done. */
    const done: typeof api = async (...request) => {
      const answer = await insist(() => api(...request))
      expect(answer.status, answer.text).to.equal(200)
      return answer
    }
    const made = async (): Promise<number[]> => {
      const { body } = await done('GET', `/organisations/${acme.id}/events?limit=200&type=member.role_changed`)
      return body.data.map(({ seq }: { seq: number }) => seq)
    }
    for (let count = 0; count < 12; count += 1) {
      await done('PATCH', `/organisations/${acme.id}/members/${member}`, { role: roles[count % 2] })
      // Now while something is under way, now while nothing is.
      if (count % 4 === 1) database.network.cut()
      if (count % 4 !== 3) continue
      const last = (await made()).at(-1)
      await untilSome(far, 'webhookDeliveries', { seq: last, status: 'delivered' })
      database.network.cut()
    }
    const expected = await made()
    await receiver.until((received) => expected.every((seq) => seqsOf(received).includes(seq)))
    expect(new Set(seqsOf(receiver.received))).to.deep.equal(new Set(expected))
    await far.close()
  })
})
