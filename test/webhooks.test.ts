import { expect } from 'chai'
import { type Answer, anOrganisation, apiOf, type Person, unique } from './rig/people.ts'
import { answersWith, aReceiver } from './rig/receiver.ts'
import { eventOf, seqsOf, untilSome } from './rig/sending.ts'
import { sharedServer, startServer, type TestServer } from './rig/server.ts'
import { anywhere, aWebhook, eventsOf, made, webhookEvents, webhooksOf } from './rig/webhooks.ts'

const told = ({ status, body }: Answer) => [status, body?.code]
const hourMs = 60 * 60 * 1_000

describe('a webhook endpoint', () => {
  it('is made with a secret that is shown once, and begins after itself', async () => {
    const acme = await anOrganisation()
    const { status, body, headers } = await acme.admin.api('POST', webhooksOf(acme), {
      url: 'https://example.com/hooks',
      types: ['member.*', 'member.*', 'role.created'],
      description: ' Payroll ',
    })
    expect(status).to.equal(201)
    const { secret, ...webhook } = body
    expect(secret).to.match(/^whsec_[\w+/]{43}=$/)
    const owner = { id: acme.admin.account.id, name: acme.admin.account.name }
    const chosen = {
      url: 'https://example.com/hooks',
      types: ['member.*', 'role.created'],
      description: 'Payroll',
      ordered: false,
      concurrency: 4,
    }
    expect(webhook).to.deep.equal({
      id: webhook.id,
      organisation: acme.id,
      ...chosen,
      enabled: true,
      owner,
      secrets: [{ createdAt: webhook.createdAt }],
      createdAt: webhook.createdAt,
    })
    const seq = Number(headers.get('Rolecall-Seq'))
    const read = await acme.admin.api('GET', `${webhooksOf(acme)}/${webhook.id}`)
    expect(read.body).to.deep.equal({ ...webhook, position: { seq, behind: 0 }, retrying: 0 })
    expect((await acme.admin.api('GET', webhooksOf(acme))).body).to.deep.equal({ data: [webhook] })
    expect(await webhookEvents(acme)).to.deep.equal([
      ['webhook.created', { webhook: { id: webhook.id, ...chosen, owner, enabled: true } }],
    ])
    const stored = await (await sharedServer()).app.connection.collection('webhooks').findOne({ _id: webhook.id })
    expect(JSON.stringify(stored)).not.to.include(secret.slice(6))
  })

  it('E44 is made once for one Idempotency-Key, and the secret is not kept for the repeated answer', async () => {
    const acme = await anOrganisation()
    const key = { 'Idempotency-Key': unique('hook').replace(' ', '-') }
    const wanted = { url: 'https://example.com/hooks', enabled: false }
    const [first, again] = [
      await acme.admin.api('POST', webhooksOf(acme), wanted, key),
      await acme.admin.api('POST', webhooksOf(acme), wanted, key),
    ]
    const { secret, ...shown } = first.body
    expect(again.status).to.equal(201)
    expect(again.headers.get('Idempotency-Replayed')).to.equal('true')
    expect(again.body).to.deep.equal(shown)
    const path = `${webhooksOf(acme)}/${shown.id}/rotate-secret`
    const rotated = [await acme.admin.api('POST', path, {}, key), await acme.admin.api('POST', path, {}, key)]
    expect(rotated.map(({ body }) => typeof body.secret)).to.deep.equal(['string', 'undefined'])
    expect(rotated[0]?.body.secret).not.to.equal(secret)
    const { connection } = (await sharedServer()).app
    const records = await connection.collection('idempotency').find({ 'body.id': shown.id }).toArray()
    expect(records).to.have.lengthOf(2)
    expect(JSON.stringify(records)).not.to.include('whsec_')
  })

  it('is changed by what is given, and tells only what has changed', async () => {
    const acme = await anOrganisation()
    const { id, path, ...first } = await made(acme, { url: 'https://example.com/one', enabled: false })
    const before = { url: first.url, types: ['*'], description: '', ordered: false, concurrency: 4 }
    const change = { url: 'https://example.com/two', types: ['role.*'], ordered: true, concurrency: 1 }
    const after = { ...before, ...change, description: 'Other' }
    const { body } = await acme.admin.api('PATCH', path, { ...change, description: 'Other ' })
    expect(body).to.deep.include(after)
    expect((await acme.admin.api('PATCH', path, { ...change, description: 'Other', enabled: false })).status).to.equal(
      200,
    )
    expect((await acme.admin.api('PATCH', path, {})).body).to.deep.equal(body)
    expect(await webhookEvents(acme, 1)).to.deep.equal([
      ['webhook.updated', { webhook: { id, url: change.url }, before, after }],
    ])
  })

  it('is paused and resumed, and tells since when it rests', async () => {
    const acme = await anOrganisation()
    const { id, path, url, owner } = await made(acme)
    const paused = await acme.admin.api('PATCH', path, { enabled: false })
    expect(paused.body.enabled).to.equal(false)
    expect(paused.body.stopped.reason).to.equal('by_member')
    expect(Date.parse(paused.body.stopped.at)).to.be.closeTo(Date.now(), 60_000)
    expect((await acme.admin.api('PATCH', path, { enabled: false })).body).to.deep.equal(paused.body)
    const resumed = await acme.admin.api('PATCH', path, { enabled: true, description: 'Again' })
    expect(resumed.body.enabled).to.equal(true)
    expect(resumed.body).not.to.have.property('stopped')
    const events = (await webhookEvents(acme, 1)).map(([type, data]) => [type, data.reason, data.owner])
    expect(events).to.deep.equal([
      ['webhook.paused', 'by_member', owner],
      ['webhook.updated', undefined, undefined],
      ['webhook.resumed', undefined, undefined],
    ])
    expect((await webhookEvents(acme)).at(-1)?.[1]).to.deep.equal({ webhook: { id, url } })
  })

  it('begins afresh where it leads elsewhere: failures of before count no more', async () => {
    const acme = await anOrganisation()
    const failing = await aReceiver({ behaviour: answersWith(503, { 'retry-after': '3600' }) })
    const { id, path } = await made(acme, { url: failing.url })
    await acme.admin.api('POST', `${path}/test`)
    await untilSome(await sharedServer(), 'webhookCursors', { _id: id, failingSince: { $exists: true } })
    expect((await acme.admin.api('GET', path)).body).to.have.property('failingSince')
    const receiver = await aReceiver()
    const { body } = await acme.admin.api('PATCH', path, { url: receiver.url })
    expect(body).not.to.have.property('failingSince')
    const { seq } = (await acme.admin.api('POST', `${path}/test`)).body
    await receiver.until((received) => seqsOf(received).includes(seq))
  })

  it('E40 leads nowhere that nothing may be posted to, and matches some type of events', async () => {
    const server = await startServer({ env: { WEBHOOK_LOOPBACK: 'off' } })
    const acme = await anOrganisation({ url: server.url })
    const { path } = await made(acme, { url: 'https://example.com/hooks', enabled: false })
    for (const url of [
      'http://127.0.0.1/x',
      'http://localhost:3000/x',
      'https://sub.localhost./x',
      'http://2130706433/x',
      'http://0x7f.1/x',
      'http://[::1]/x',
      'http://[::ffff:10.0.0.1]/x',
      'http://169.254.169.254/latest/meta-data/',
      'https://user:password@example.com/x',
      'https://exa mple.com/x',
    ]) {
      for (const answer of [
        await acme.admin.api('POST', webhooksOf(acme), { url }),
        await acme.admin.api('PATCH', path, { url }),
      ]) {
        expect(told(answer), url).to.deep.equal([400, 'invalid_request'])
        expect(answer.body.errors.map((error: { path: string }) => error.path)).to.deep.equal(['url'])
      }
    }
    for (const types of [['members.*'], ['member.*', 'member.none'], ['account.*'], ['*.*'], []]) {
      const answers = [
        await acme.admin.api('POST', webhooksOf(acme), { url: 'https://example.com/hooks', types }),
        await acme.admin.api('PATCH', path, { types }),
      ]
      for (const answer of answers) expect(told(answer), types.join()).to.deep.equal([400, 'invalid_request'])
    }
    expect((await acme.admin.api('GET', webhooksOf(acme))).body.data).to.have.lengthOf(1)
    await server.close()
  })

  it('is one of fifty at most, however many are made at once', async () => {
    const acme = await anOrganisation()
    const wanted = { url: 'https://example.com/hooks', enabled: false }
    const create = () => acme.admin.api('POST', webhooksOf(acme), wanted)
    for (let count = 0; count < 46; count += 1) expect((await create()).status).to.equal(201)
    const answers = await Promise.all(Array.from({ length: 8 }, create))
    const codes = answers.map(({ body }) => body.code ?? 'created').toSorted()
    expect(codes).to.deep.equal([...Array(4).fill('created'), ...Array(4).fill('webhook_limit')])
    expect(answers.find(({ body }) => body.code === 'webhook_limit')?.status).to.equal(409)
    const [one] = answers.filter(({ status }) => status === 201)
    expect((await acme.admin.api('DELETE', `${webhooksOf(acme)}/${one?.body.id}`)).status).to.equal(204)
    expect((await create()).status).to.equal(201)
  })

  it('is found in its own organisation alone', async () => {
    const [acme, other] = [await anOrganisation(), await anOrganisation()]
    const { id } = await made(acme, { enabled: false })
    const path = `${webhooksOf(other)}/${id}`
    const [delivery, replay] = ['dlv_00000000000000000000000000', { since: '2026-01-01T00:00:00Z' }]
    for (const [method, below, body] of [
      ['GET', ''],
      ['PATCH', '', { enabled: true }],
      ['DELETE', ''],
      ['POST', '/rotate-secret', {}],
      ['POST', '/adopt'],
      ['POST', '/test'],
      ['POST', '/replay', replay],
      ['GET', '/deliveries'],
      ['GET', `/deliveries/${delivery}`],
      ['POST', `/deliveries/${delivery}/redeliver`],
    ] as const) {
      expect(told(await other.admin.api(method, `${path}${below}`, body)), below).to.deep.equal([404, 'not_found'])
    }
    expect((await acme.admin.api('GET', `${webhooksOf(acme)}/${id}`)).status).to.equal(200)
  })

  it('is gone once it is deleted, with what was tried', async () => {
    const acme = await anOrganisation()
    const { id, path, url } = await made(acme, { enabled: false })
    expect((await acme.admin.api('DELETE', path)).status).to.equal(204)
    expect(told(await acme.admin.api('GET', path))).to.deep.equal([404, 'not_found'])
    expect(told(await acme.admin.api('DELETE', path))).to.deep.equal([404, 'not_found'])
    expect((await acme.admin.api('GET', webhooksOf(acme))).body.data).to.deep.equal([])
    expect((await webhookEvents(acme)).at(-1)).to.deep.equal(['webhook.deleted', { webhook: { id, url } }])
  })

  it('shows its owner under their present name', async () => {
    const acme = await anOrganisation()
    const manager = await acme.add('manager')
    const { path } = await made(acme, { by: manager, enabled: false })
    const name = unique('Renamed')
    await manager.api('PATCH', '/account', { name })
    expect((await acme.admin.api('GET', path)).body.owner).to.deep.equal({ id: manager.account.id, name })
    await acme.admin.api('DELETE', `/organisations/${acme.id}/members/${manager.member}`)
    await manager.api('PATCH', '/account', { name: unique('Unheard of') })
    expect((await acme.admin.api('GET', path)).body.owner).to.deep.equal({ id: manager.account.id, name })
  })
})

describe('the secrets of a webhook', () => {
  let server: TestServer
  let now = new Date('2026-03-01T12:00:00Z')
  before(async () => {
    server = await startServer({ now: () => now })
  })
  after(() => server.close())

  async function signedIn({ email, password }: Person): Promise<Person['api']> {
    const { body } = await apiOf(server.url)('POST', '/sessions', { email, password })
    return apiOf(server.url, body.session.accessToken)
  }

  it('E41 are the newest and former ones, until their time is over', async () => {
    const acme = await anOrganisation({ url: server.url })
    const { id, path, url } = await made(acme, { enabled: false })
    const at = (ms: number) => new Date(now.getTime() + ms).toISOString()
    const created = at(0)
    const first = await acme.admin.api('POST', `${path}/rotate-secret`, {})
    expect(first.body.secrets).to.deep.equal([{ createdAt: at(0) }, { createdAt: created, expiresAt: at(24 * hourMs) }])
    expect((await webhookEvents(acme)).at(-1)).to.deep.equal([
      'webhook.secret_rotated',
      { webhook: { id, url }, formerUntil: at(24 * hourMs) },
    ])
    now = new Date(now.getTime() + 1)
    const second = await acme.admin.api('POST', `${path}/rotate-secret`, { overlapHours: 1 })
    expect(second.body.secrets).to.deep.equal([
      { createdAt: at(0) },
      { createdAt: at(-1), expiresAt: at(hourMs) },
      { createdAt: created, expiresAt: at(hourMs) },
    ])
    now = new Date(now.getTime() + hourMs)
    const api = await signedIn(acme.admin)
    expect((await api('GET', path)).body.secrets).to.deep.equal([{ createdAt: at(-hourMs) }])
    const last = await api('POST', `${path}/rotate-secret`, { overlapHours: 0 })
    expect(last.body.secrets).to.deep.equal([{ createdAt: at(0) }])
    for (const overlapHours of [-1, 169]) {
      expect(told(await api('POST', `${path}/rotate-secret`, { overlapHours }))).to.deep.equal([400, 'invalid_request'])
    }
  })
})

/** Whoever does this reads what the owner may see, now and later. */
describe('the webhooks of a deleted organisation', () => {
  it('E45 rest with it, and go on where they stopped once it is restored', async () => {
    const acme = await anOrganisation()
    const receiver = await aReceiver()
    const path = await aWebhook(acme, { url: receiver.url, types: ['organisation.*'], ordered: true })
    await acme.admin.api('DELETE', `/organisations/${acme.id}`)
    expect(told(await acme.admin.api('GET', webhooksOf(acme)))).to.deep.equal([404, 'not_found'])
    expect((await acme.admin.api('POST', `/organisations/${acme.id}/restore`)).status).to.equal(200)
    await receiver.until((received) => received.some((post) => eventOf(post).type === 'organisation.restored'))
    expect(receiver.received.map((post) => eventOf(post).type)).to.deep.equal([
      'organisation.deleted',
      'organisation.restored',
    ])
    expect((await acme.admin.api('GET', path)).body.enabled).to.equal(true)
  })
})

describe('a webhook whose owner deleted their account while the organisation was deleted', () => {
  it('E45 is paused at the restoration, until somebody adopts it', async () => {
    const acme = await anOrganisation()
    const manager = await acme.add('manager')
    const receiver = await aReceiver()
    const { id, path } = await made(acme, { by: manager, url: receiver.url })
    await acme.admin.api('DELETE', `/organisations/${acme.id}`)
    expect((await manager.api('DELETE', '/account', { password: manager.password })).status).to.equal(204)
    expect((await acme.admin.api('POST', `/organisations/${acme.id}/restore`)).status).to.equal(200)
    await untilSome(await sharedServer(), 'webhooks', { _id: id, 'stopped.reason': 'owner_lost' })
    const { owner } = (await acme.admin.api('GET', path)).body
    expect(owner).to.deep.equal({ id: manager.account.id, name: manager.account.name })
    expect(receiver.received.filter((post) => eventOf(post).type === 'organisation.restored')).to.deep.equal([])
    await acme.admin.api('POST', `${path}/adopt`)
    await receiver.until((received) => received.some((post) => eventOf(post).type === 'organisation.restored'))
  })
})

describe('the list of webhook endpoints', () => {
  it('has all of the organisation, the oldest first, for those who may manage them', async () => {
    const acme = await anOrganisation()
    const manager = await acme.add('manager')
    const first = await made(acme, { by: manager, enabled: false, url: await anywhere() })
    const second = await made(acme, { enabled: false })
    const { body, headers } = await manager.api('GET', webhooksOf(acme))
    expect(body.data.map(({ id }: { id: string }) => id)).to.deep.equal([first.id, second.id])
    expect(Number(headers.get('Rolecall-Seq'))).to.equal((await eventsOf(acme)).at(-1).seq)
  })
})
