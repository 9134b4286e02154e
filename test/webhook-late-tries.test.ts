import { expect } from 'chai'
import { newId } from '../server/src/ids.ts'
import type { EventDocument } from '../server/src/log/documents.ts'
import { models as webhookModels } from '../server/src/webhooks/documents.ts'
import { createRecords, type Tried } from '../server/src/webhooks/record.ts'
import { changeSomebody } from './rig/changes.ts'
import { aRemoteDatabase } from './rig/database.ts'
import { anOrganisation, unique } from './rig/people.ts'
import { answersWith, aReceiver } from './rig/receiver.ts'
import { aWebhook, eventOf, seqsOf, untilSome } from './rig/sending.ts'
import { sharedServer, startServer } from './rig/server.ts'

const began = Date.now()
/** Made so many seconds after the first. */
const after = (seconds: number) => new Date(began + seconds * 1_000)

/** Tries of one event as two holders of its endpoint’s lease write them down. */
async function aDelivery() {
  const { webhookDeliveries } = webhookModels((await sharedServer()).app.connection)
  const webhook = { _id: unique('whk'), organisation: 'org_none' }
  const event = { _id: newId('evt'), seq: 7, type: 'role.updated', at: after(0), audience: 'organisation:read' }
  const write = (seconds: number, status: Tried['status'], more: Partial<Tried> = {}) =>
    createRecords({ webhookDeliveries }).tried(webhook, {
      event: event as unknown as EventDocument,
      attempt: {
        at: after(seconds),
        url: 'https://example.com/',
        durationMs: 1,
        outcome: status === 'delivered' ? 'ok' : 'status',
        request: { headers: {} },
        response: { status: 200, headers: {}, body: `answered ${seconds}`, truncated: false },
      },
      round: 0,
      former: undefined,
      tries: 1,
      status,
      nextAt: status === 'retrying' ? after(seconds + 5) : undefined,
      ...more,
    })
  return {
    write,
    async stored() {
      const { status, tries, nextAt, attempts, log, lastAt, lastBody } =
        (await webhookDeliveries.findOne({ webhook: webhook._id }).lean()) ?? expect.fail()
      return { status, tries, nextAt, attempts, at: log.map(({ at }) => at), lastAt, lastBody }
    },
  }
}

const noted = { attempts: 2, at: [after(20), after(0)], lastAt: after(20), lastBody: 'answered 20' }

describe('a try that a former holder of the lease writes down late', () => {
  it('takes nothing back that was delivered since, and is noted where it belongs', async () => {
    const { write, stored } = await aDelivery()
    await write(20, 'delivered')
    await write(0, 'retrying')
    expect(await stored()).to.deep.equal({ ...noted, status: 'delivered', tries: 1, nextAt: undefined })
  })

  it('leaves what was given up, and how often it was tried since', async () => {
    const { write, stored } = await aDelivery()
    await write(10, 'retrying')
    await write(20, 'retrying', { former: 1, tries: 2 })
    await write(0, 'retrying')
    const three = { attempts: 3, at: [after(20), after(10), after(0)] }
    expect(await stored()).to.deep.equal({ ...noted, ...three, status: 'retrying', tries: 2, nextAt: after(25) })
    await write(30, 'exhausted', { former: 2, tries: 3 })
    await write(1, 'retrying', { former: 1, tries: 2 })
    const { status, at, lastBody } = await stored()
    expect([status, lastBody]).to.deep.equal(['exhausted', 'answered 30'])
    expect(at).to.deep.equal([30, 20, 10, 1, 0].map(after))
  })

  it('leaves the time of the next try as the later one has set it', async () => {
    const { write, stored } = await aDelivery()
    await write(20, 'retrying')
    await write(0, 'retrying')
    expect(await stored()).to.deep.equal({ ...noted, status: 'retrying', tries: 1, nextAt: after(25) })
  })

  it('gives way to what the present holder writes after it', async () => {
    const { write, stored } = await aDelivery()
    await write(0, 'retrying')
    await write(20, 'delivered')
    expect(await stored()).to.deep.equal({ ...noted, status: 'delivered', tries: 1, nextAt: undefined })
  })

  it('is kept where it was taken, though the present holder’s failed', async () => {
    const { write, stored } = await aDelivery()
    await write(0, 'delivered')
    await write(20, 'retrying')
    expect(await stored()).to.deep.equal({ ...noted, status: 'delivered', tries: 1, nextAt: undefined })
  })

  it('is another one where a replay sends the event anew', async () => {
    const { write, stored } = await aDelivery()
    await write(0, 'delivered')
    await write(20, 'retrying', { round: 1 })
    expect(await stored()).to.deep.equal({ ...noted, status: 'retrying', tries: 1, nextAt: after(25) })
  })

  it('changes nothing of what another server has delivered meanwhile', async function () {
    this.timeout(300_000)
    const database = await aRemoteDatabase()
    const env = { SECRET_KEY: 'a key that two servers of one test share' }
    const slow = await startServer({ env: { ...env, MONGODB_URI: database.uri } })
    const acme = await anOrganisation({ url: slow.url })
    const { member } = await acme.add('developer')
    const mark = unique('failed')
    const receiver = await aReceiver({ behaviour: answersWith(500, {}, mark) })
    const webhook = await aWebhook(acme, receiver, { types: ['member.*'] })
    const letWrite = database.network.keepBackNext(mark)
    const seq = await changeSomebody(acme, member, 'manager')
    await receiver.next()
    // Nor is its lease renewed from here on.
    const letRenew = database.network.keepBack('webhookCursors')
    receiver.behave(answersWith(204))
    const heir = await startServer({ env: { ...env, MONGODB_URI: database.directUri } })
    await untilSome(heir, 'webhookDeliveries', { webhook: webhook.id, seq, status: 'delivered' })
    letWrite()
    letRenew()
    await untilSome(heir, 'webhookDeliveries', { webhook: webhook.id, seq, attempts: 2 })
    const [delivery] = (await webhook.call('GET', '/deliveries')).data
    expect(delivery).to.deep.include({ status: 'delivered', attempts: 2, lastOutcome: 'ok', lastStatus: 204 })
    expect(delivery).not.to.have.property('nextAt')
    expect(seqsOf(receiver.received)).to.deep.equal([seq, seq])
    expect(new Set(receiver.received.map((post) => eventOf(post).id)).size).to.equal(1)
    await slow.close()
    await heir.close()
  })
})
