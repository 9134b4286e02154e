import { keptOfFormerAnswers } from '@rolecall/contract'
import { expect } from 'chai'
import { removeExpired } from '../server/src/jobs/remove-expired.ts'
import { models as webhookModels } from '../server/src/webhooks/documents.ts'
import { forgetDeleted } from '../server/src/webhooks/forget.ts'
import { type Answer, anOrganisation, type Person, type TestOrganisation } from './rig/people.ts'
import { answersWith, aReceiver, type Receiver } from './rig/receiver.ts'
import { eventOf, untilSome } from './rig/sending.ts'
import { sharedServer } from './rig/server.ts'
import { delivered, fillDeliveries, made } from './rig/webhooks.ts'

const told = ({ status, body }: Answer) => [status, body?.code]
const dayMs = 24 * 60 * 60 * 1_000

interface Scene {
  readonly acme: TestOrganisation
  readonly receiver: Receiver
  readonly webhook: Answer['body'] & { readonly id: string; readonly path: string }
  /** By the Admin, below the endpoint's deliveries. */
  list(query?: string, by?: Person): Promise<Answer>
}

async function aScene(chosen: Readonly<Record<string, unknown>> = {}): Promise<Scene> {
  const acme = await anOrganisation()
  const receiver = await aReceiver()
  const webhook = await made(acme, { url: receiver.url, ordered: true, ...chosen })
  return {
    acme,
    receiver,
    webhook,
    list: (query = '', by = acme.admin) => by.api('GET', `${webhook.path}/deliveries${query}`),
  }
}

const describeAs = ({ acme }: Scene, description: string) =>
  acme.admin.api('PATCH', `/organisations/${acme.id}`, { description })
const seqsIn = ({ body }: Answer): number[] => body.data.map(({ event }: Answer['body']) => event.seq)
const settled = async (webhook: string, filter: object) =>
  untilSome(await sharedServer(), 'webhookDeliveries', { webhook, ...filter })

/** Somebody who may manage webhooks and sees nothing of the members. */
async function aKeeper({ acme }: Scene): Promise<Person> {
  const { body } = await acme.admin.api('POST', `/organisations/${acme.id}/roles`, {
    name: 'Keepers',
    permissions: ['webhook:manage'],
  })
  return acme.add(body.id)
}

describe('the deliveries of a webhook', () => {
  it('are shown as they were made, each with what was posted and answered', async () => {
    const scene = await aScene()
    const { acme, receiver, webhook, list } = scene
    receiver.behave(answersWith(200, { 'x-mark': 'yes' }, 'Taken'))
    await describeAs(scene, 'Changed')
    const post = await receiver.next((one) => eventOf(one).type === 'organisation.described')
    const event = eventOf(post)
    await settled(webhook.id, { seq: event.seq, status: 'delivered' })
    const { body: page } = await list()
    const [first] = page.data
    const { body: log } = await acme.admin.api('GET', `/organisations/${acme.id}/events?type=organisation.described`)
    expect(first).to.deep.equal({
      id: first.id,
      webhook: webhook.id,
      event: { id: event.id, seq: event.seq, type: event.type, at: log.data[0].at },
      status: 'delivered',
      attempts: 1,
      createdAt: first.createdAt,
      lastAt: first.lastAt,
      lastOutcome: 'ok',
      lastStatus: 200,
    })
    const { body: whole } = await list(`/${first.id}`)
    const { body, log: attempts, ...shown } = whole
    expect(shown).to.deep.equal(first)
    expect(body).to.equal(post.body)
    expect(attempts).to.have.lengthOf(1)
    const [attempt] = attempts
    expect(attempt).to.deep.include({ url: receiver.url, outcome: 'ok' })
    for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature', 'user-agent', 'content-type']) {
      expect(attempt.request.headers[name], name).to.equal(post.headers[name])
    }
    expect(attempt.response).to.deep.include({ status: 200, body: 'Taken', truncated: false })
    expect(attempt.response.headers['x-mark']).to.equal('yes')
  })

  it('are listed newest first, page after page, by status and by type', async () => {
    const scene = await aScene()
    const { acme, receiver, webhook, list } = scene
    await describeAs(scene, 'One')
    await acme.add('developer')
    await describeAs(scene, 'Two')
    await receiver.until((received) => received.length === 3)
    // Not tried again while it is looked at.
    receiver.behave(answersWith(500, { 'retry-after': '3600' }))
    await describeAs(scene, 'Three')
    await settled(webhook.id, { status: 'retrying' })
    const all = seqsIn(await list())
    const [third = 0, second = 0, added = 0, first = 0] = all
    expect(all).to.deep.equal([third, second, added, first].sort((one, other) => other - one))
    expect(all).to.have.lengthOf(4)
    expect(seqsIn(await list('?type=organisation.*'))).to.deep.equal([third, second, first])
    expect(seqsIn(await list('?type=member.added'))).to.deep.equal([added])
    expect(seqsIn(await list('?status=delivered'))).to.deep.equal([second, added, first])
    expect(seqsIn(await list('?status=delivered&type=member.*'))).to.deep.equal([added])
    const { body: failing } = await list('?status=retrying')
    expect(failing.data).to.have.lengthOf(1)
    expect(failing.data[0]).to.deep.include({ attempts: 1, lastOutcome: 'status', lastStatus: 500 })
    expect(Date.parse(failing.data[0].nextAt)).to.be.greaterThan(Date.parse(failing.data[0].lastAt))
    const pages: number[] = []
    let query = '?limit=1'
    for (;;) {
      const page = await list(query)
      pages.push(...seqsIn(page))
      if (page.body.next === undefined) break
      query = `?limit=1&after=${page.body.next}`
    }
    expect(pages).to.deep.equal(all)
    const { next } = (await list('?limit=1')).body
    for (const wrong of [`?after=${next}&status=delivered`, `?after=${next}x`, '?after=nonsense']) {
      expect(told(await list(wrong)), wrong).to.deep.equal([400, 'invalid_cursor'])
    }
    for (const wrong of ['?status=lost', '?type=Members', '?limit=0']) {
      expect(told(await list(wrong)), wrong).to.deep.equal([400, 'invalid_request'])
    }
  })

  it('are shown to those alone who may see the events', async () => {
    const scene = await aScene()
    const { acme, receiver, webhook, list } = scene
    const keeper = await aKeeper(scene)
    await describeAs(scene, 'For all')
    await receiver.until((received) => received.some((post) => eventOf(post).type === 'organisation.described'))
    await settled(webhook.id, { 'event.type': 'organisation.described', status: 'delivered' })
    const { body: every } = await list()
    const types = every.data.map(({ event }: Answer['body']) => event.type)
    expect(types).to.deep.equal(['organisation.described', 'member.added', 'role.created'])
    const [, hidden] = every.data
    const { body: some } = await list('', keeper)
    expect(some.data).to.deep.equal([every.data[0], every.data[2]])
    expect((await list('?type=member.*', keeper)).body.data).to.deep.equal([])
    expect((await list('?status=delivered', keeper)).body.data).to.deep.equal(some.data)
    expect(told(await list(`/${hidden.id}`, keeper))).to.deep.equal([404, 'not_found'])
    // Adopted, so that nothing but the event itself is in the way.
    expect((await keeper.api('POST', `${webhook.path}/adopt`)).status).to.equal(200)
    const again = (id: string) => keeper.api('POST', `${webhook.path}/deliveries/${id}/redeliver`)
    expect(told(await again(hidden.id))).to.deep.equal([404, 'not_found'])
    expect((await again(every.data[0].id)).status).to.equal(202)
    expect((await acme.admin.api('GET', `${webhook.path}/deliveries/${hidden.id}`)).status).to.equal(200)
  })

  it('are of one endpoint each', async () => {
    const scene = await aScene()
    const delivery = await delivered(scene.acme, scene.webhook)
    const other = await made(scene.acme)
    for (const [method, below] of [
      ['GET', ''],
      ['POST', '/redeliver'],
    ] as const) {
      const answer = await scene.acme.admin.api(method, `${other.path}/deliveries/${delivery.id}${below}`)
      expect(told(answer)).to.deep.equal([404, 'not_found'])
    }
  })

  it('are made once more when that is asked for, under the same id', async () => {
    const scene = await aScene()
    const { acme, receiver, webhook, list } = scene
    const { id, event } = await delivered(acme, webhook)
    const first = await receiver.next()
    const asked = await acme.admin.api('POST', `${webhook.path}/deliveries/${id}/redeliver`)
    expect(asked.status).to.equal(202)
    expect(asked.body).to.deep.include({ id, status: 'retrying', attempts: 1 })
    const again = await receiver.next()
    expect([again.body, again.headers['webhook-id']]).to.deep.equal([first.body, event.id])
    await settled(webhook.id, { seq: event.seq, status: 'delivered', attempts: 2 })
    const { body: whole } = await list(`/${id}`)
    expect(whole.attempts).to.equal(2)
    expect(whole.log).to.have.lengthOf(2)
    expect(Date.parse(whole.log[0].at)).to.be.at.least(Date.parse(whole.log[1].at))
    const manager = await acme.add('manager')
    const path = `${webhook.path}/deliveries/${id}/redeliver`
    expect(told(await manager.api('POST', path))).to.deep.equal([403, 'forbidden'])
    await acme.admin.api('PATCH', webhook.path, { enabled: false })
    expect(told(await acme.admin.api('POST', path))).to.deep.equal([409, 'webhook_not_enabled'])
  })

  it('are kept for 30 days after they were tried last', async () => {
    const { acme, webhook, list } = await aScene()
    const { id } = await delivered(acme, webhook)
    const { webhookDeliveries } = webhookModels((await sharedServer()).app.connection)
    const after = async (ms: number) => {
      const now = new Date(Date.now() + ms)
      await removeExpired({ webhookDeliveries }, () => now).run(new AbortController().signal)
      return (await list(`/${id}`)).status
    }
    expect(await after(30 * dayMs - 60_000)).to.equal(200)
    expect(await after(30 * dayMs)).to.equal(404)
  })

  it('are kept as long as they wait to be tried again, however long their endpoint rests', async () => {
    const scene = await aScene({ ordered: false })
    const { webhook, receiver, list } = scene
    receiver.behave(answersWith(500))
    await describeAs(scene, 'Changed')
    await settled(webhook.id, { status: 'retrying' })
    const [waiting] = (await list()).body.data
    const { webhookDeliveries } = webhookModels((await sharedServer()).app.connection)
    const later = new Date(Date.now() + 90 * dayMs)
    await removeExpired({ webhookDeliveries }, () => later).run(new AbortController().signal)
    expect((await list(`/${waiting.id}`)).body.event.seq).to.equal(waiting.event.seq)
  })

  it('keep the whole of the newest answer, and the beginning of those before', async () => {
    const { acme, receiver, webhook, list } = await aScene()
    const text = 'x'.repeat(60_000)
    receiver.behave(answersWith(200, {}, text))
    const { id, event } = await delivered(acme, webhook)
    expect((await list(`/${id}`)).body.log[0].response.body).to.equal(text)
    await acme.admin.api('POST', `${webhook.path}/deliveries/${id}/redeliver`)
    await settled(webhook.id, { seq: event.seq, status: 'delivered', attempts: 2 })
    const { body: whole } = await list(`/${id}`)
    const kept = whole.log.map(({ response: { body, truncated } }: Answer['body']) => [body.length, truncated])
    expect(kept).to.deep.equal([
      [60_000, false],
      [1_024, true],
    ])
  })

  it('keep the whole of an earlier answer that is no longer than that', async () => {
    const { acme, receiver, webhook, list } = await aScene()
    receiver.behave(answersWith(200, {}, 'x'.repeat(keptOfFormerAnswers)))
    const { id, event } = await delivered(acme, webhook)
    await acme.admin.api('POST', `${webhook.path}/deliveries/${id}/redeliver`)
    await settled(webhook.id, { seq: event.seq, status: 'delivered', attempts: 2 })
    const { body: whole } = await list(`/${id}`)
    const [, { response }] = whole.log
    expect([response.body.length, response.truncated]).to.deep.equal([keptOfFormerAnswers, false])
    expect(Object.keys(response)).to.have.members(['status', 'headers', 'body', 'truncated'])
  })

  it('go with the endpoint when it is deleted, however many they are', async () => {
    const { acme, webhook } = await aScene({ enabled: false })
    const server = await sharedServer()
    const models = webhookModels(server.app.connection)
    await fillDeliveries(server, { webhook: webhook.id, organisation: acme.id, count: 1_200 })
    await acme.admin.api('DELETE', webhook.path)
    const left = () =>
      Promise.all([
        models.webhookCursors.countDocuments({ _id: webhook.id }),
        models.webhookDeliveries.countDocuments({ webhook: webhook.id }),
      ])
    const run = (ms: number) => {
      const now = new Date(Date.now() + ms)
      return forgetDeleted({ models, now: () => now }).run(new AbortController().signal)
    }
    await run(0)
    expect(await left()).to.deep.equal([1, 1_200])
    await run(61_000)
    expect(await left()).to.deep.equal([0, 0])
  })
})
