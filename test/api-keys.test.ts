import { permissionsOf } from '@rolecall/contract'
import { expect } from 'chai'
import { aKey, apiKeysOf, asKey, expire, tellExpired } from './rig/api-keys.ts'
import { changeSomebody, rename } from './rig/changes.ts'
import { eventAt, type Message } from './rig/live.ts'
import { type Answer, anOrganisation, apiOf, signUp, type TestOrganisation } from './rig/people.ts'
import { watchPlans } from './rig/plans.ts'
import { sharedServer, startServer } from './rig/server.ts'

const pathOf = ({ id }: { readonly id: string }, rest = '') => `/organisations/${id}${rest}`

/** A second Admin, so that the first may go. */
async function anotherAdmin(organisation: TestOrganisation) {
  return organisation.add('admin', { name: 'Grace' })
}

const permitted = async (api: (method: string, path: string) => Promise<Answer>, organisation: TestOrganisation) => {
  const { status, body } = await api('GET', pathOf(organisation, '/permissions'))
  return status === 200 ? body.permissions : status
}

describe('an API key', () => {
  it('acts in its own name, in its organisation alone, and is nobody’s self', async () => {
    const acme = await anOrganisation()
    const other = await anOrganisation()
    const key = await aKey(acme, { role: 'developer', name: ' Deployments ' })
    expect(key.secret).to.match(/^rck_[0-9A-Za-z]{36}$/)
    const { secret: _, lastUsedAt: __, ...shown } = key.body
    expect(shown).to.deep.include({
      organisation: acme.id,
      name: 'Deployments',
      role: 'developer',
      status: 'active',
      permissions: [...permissionsOf('developer')],
      issuer: { id: acme.admin.account.id, name: acme.admin.account.name },
      hint: `rck_…${key.secret.slice(-4)}`,
    })
    expect((await key.api('GET', pathOf(acme, '/permissions'))).body).to.deep.equal({
      member: key.id,
      role: 'developer',
      permissions: [...permissionsOf('developer')],
    })
    const made = await key.api('POST', pathOf(acme, '/applications'), { name: 'Website' })
    expect(made.status, made.text).to.equal(201)
    const { body } = await acme.admin.api('GET', pathOf(acme, '/events?type=application.created'))
    expect(body.data[0].actor).to.deep.equal({ kind: 'key', id: key.id, name: 'Deployments' })

    const [elsewhere, nowhere] = [
      await key.api('GET', pathOf(other)),
      await key.api('GET', pathOf({ id: 'org_00000000000000000000000000' })),
    ]
    expect([elsewhere.status, elsewhere.text]).to.deep.equal([404, nowhere.text])
    for (const [method, path] of [
      ['GET', '/account'],
      ['GET', '/organisations'],
      ['POST', '/account/tokens'],
      ['DELETE', '/sessions'],
    ] as const) {
      expect((await key.api(method, path)).body, path).to.include({ status: 403, code: 'forbidden' })
    }
    expect((await key.api('GET', pathOf(acme, '/members'))).status, 'what its role lacks').to.equal(403)
    expect((await key.api('DELETE', pathOf(acme, `/members/${key.id}`))).status, 'nothing to leave').to.equal(403)
  })

  it('E26 is kept as a hash alone, and its secret shown once', async () => {
    const acme = await anOrganisation()
    const headers = { 'Idempotency-Key': 'the-first' }
    const wanted = { name: 'Deployments', role: 'developer' }
    const made = await acme.admin.api('POST', apiKeysOf(acme), wanted, headers)
    const { secret, ...shown } = made.body
    const repeated = await acme.admin.api('POST', apiKeysOf(acme), wanted, headers)
    expect(repeated.headers.get('Idempotency-Replayed')).to.equal('true')
    expect(repeated.body).to.deep.equal(shown)
    const listed = await acme.admin.api('GET', apiKeysOf(acme))
    expect(listed.body.data).to.deep.equal([shown])
    const rotated = await acme.admin.api('POST', `${apiKeysOf(acme)}/${shown.id}/rotate`, {})
    const { connection } = (await sharedServer()).app
    for (const { name } of (await connection.listCollections()) as { name: string }[]) {
      const all = JSON.stringify(await connection.collection(name).find({}).toArray())
      for (const one of [secret, rotated.body.secret]) expect(all.includes(one), name).to.equal(false)
    }
  })

  it('E26 costs no query of the database where the checksum is not right', async () => {
    const { server, explain } = await watchPlans()
    const acme = await anOrganisation({ url: server.url })
    const key = await aKey(acme)
    const asked = async (secret: string) => {
      await explain()
      const answer = await asKey(server.url, secret).api('GET', pathOf(acme))
      return [answer.status, (await explain()).filter(({ collection }) => collection === 'apiKeys').length]
    }
    const last = key.secret.slice(-1)
    const mistyped = `${key.secret.slice(0, -1)}${last === 'a' ? 'b' : 'a'}`
    expect(await asked(mistyped)).to.deep.equal([401, 0])
    expect(await asked(key.secret.slice(0, -1))).to.deep.equal([401, 0])
    const another = await aKey(acme)
    await acme.admin.api('DELETE', another.path)
    const [status, queries] = await asked(another.secret)
    expect(status).to.equal(401)
    expect(queries, 'where it is').to.be.greaterThan(0)
    expect((await asked(key.secret))[0]).to.equal(200)
    await server.close()
  })

  it('E26 is refused on the next request, and ends its sockets, once it is revoked', async () => {
    const acme = await anOrganisation()
    const key = await aKey(acme)
    const [subscribed, unsubscribed] = [await key.connect(), await key.connect()]
    await subscribed.subscribe(acme.id)
    const revoked = await acme.admin.api('DELETE', key.path)
    expect([revoked.status, revoked.headers.get('Rolecall-Fenced')]).to.deep.equal([204, 'true'])
    const refused = await key.api('GET', pathOf(acme))
    expect([refused.status, refused.body.code]).to.deep.equal([401, 'unauthenticated'])
    await rename(acme)
    const seq = Number(revoked.headers.get('Rolecall-Seq'))
    for (const live of [subscribed, unsubscribed]) {
      await live.ended
      const body = { organisation: acme.id, seq, reason: 'key_revoked' }
      expect(live.received).to.deep.equal([{ name: 'revoked', body }])
    }
    const again = await key.connect().catch((error: Answer['body']) => error.problem)
    expect(again, 'as over HTTP').to.deep.equal(refused.body)
    expect((await acme.admin.api('GET', key.path)).status).to.equal(404)
  })

  it('has two secrets while it is rotated, or one at once', async () => {
    const acme = await anOrganisation()
    const key = await aKey(acme)
    const [kept, ended] = [await key.connect(), asKey(key.url, key.secret)]
    await kept.subscribe(acme.id)
    const overlapping = await acme.admin.api('POST', `${key.path}/rotate`, {})
    expect(overlapping.body.formers.map(({ hint }: Answer['body']) => hint)).to.deep.equal([key.body.hint])
    const next = asKey(key.url, overlapping.body.secret)
    expect([(await key.api('GET', pathOf(acme))).status, (await next.api('GET', pathOf(acme))).status]).to.deep.equal([
      200, 200,
    ])
    await kept.until(eventAt(await rename(acme)))
    const live = await next.connect()
    await live.subscribe(acme.id)
    const at = await acme.admin.api('POST', `${key.path}/rotate`, { overlapHours: 0 })
    expect(at.body.formers).to.deep.equal([])
    expect(at.headers.get('Rolecall-Fenced')).to.equal('true')
    await Promise.all([kept.ended, live.ended])
    for (const { api } of [ended, next]) expect((await api('GET', pathOf(acme))).status).to.equal(401)
    expect((await asKey(key.url, at.body.secret).api('GET', pathOf(acme))).status).to.equal(200)
  })

  it('ends when its time is over, and that is told', async () => {
    const acme = await anOrganisation()
    const key = await aKey(acme, { expiresInDays: 1 })
    const live = await key.connect()
    await live.subscribe(acme.id)
    await expire(key.id)
    await live.ended
    expect(live.received.map(({ name, body }: Message) => [name, body.reason])).to.deep.equal([
      ['revoked', 'key_expired'],
    ])
    expect((await key.api('GET', pathOf(acme))).status).to.equal(401)
    expect((await acme.admin.api('GET', apiKeysOf(acme))).body.data).to.deep.equal([])
    const { body } = await acme.admin.api('GET', pathOf(acme, '/events?type=api_key.expired'))
    expect(body.data[0]).to.deep.include({ data: { key: { id: key.id, name: 'Deployments' } } })
    expect(body.data[0].actor.kind).to.equal('system')
  })

  it('E59 ends by the server’s clock, and for good once that is told', async () => {
    let offsetMs = 0
    const now = () => new Date(Date.now() + offsetMs)
    const server = await startServer({ now })
    const acme = await anOrganisation({ url: server.url })
    const [key, lasting] = [await aKey(acme, { expiresInDays: 1 }), await aKey(acme, { expiresInDays: null })]
    const status = async ({ api }: typeof key) => (await api('GET', pathOf(acme))).status
    expect([await status(key), lasting.body.expiresAt]).to.deep.equal([200, undefined])
    offsetMs = 25 * 60 * 60 * 1_000
    expect([await status(key), await status(lasting)]).to.deep.equal([401, 200])
    await tellExpired(server, now)
    offsetMs = 0
    expect([await status(key), await status(lasting)]).to.deep.equal([401, 200])
    await server.close()
  })

  it('E59 has one secret for good, and its socket ends, once the end of the former one is told', async () => {
    let offsetMs = 0
    const now = () => new Date(Date.now() + offsetMs)
    const server = await startServer({ now })
    const acme = await anOrganisation({ url: server.url })
    const key = await aKey(acme)
    const live = await key.connect()
    const rotated = await acme.admin.api('POST', `${key.path}/rotate`, { overlapHours: 2 })
    const next = asKey(key.url, rotated.body.secret)
    const kept = await next.connect()
    await kept.subscribe(acme.id)
    const statuses = async () =>
      Promise.all([key, next].map(async ({ api }) => (await api('GET', pathOf(acme))).status))
    expect(await statuses()).to.deep.equal([200, 200])
    offsetMs = 3 * 60 * 60 * 1_000
    await tellExpired(server, now)
    offsetMs = 0
    expect(await live.ended).to.equal('io server disconnect')
    expect(await statuses()).to.deep.equal([401, 200])
    expect((await acme.admin.api('GET', key.path)).body.formers).to.deep.equal([])
    const { body } = await acme.admin.api('GET', pathOf(acme, '/events?type=api_key.updated'))
    const [{ actor, data }] = body.data
    const { formerUntil, ...others } = data.before
    expect([actor.kind, formerUntil, data.after]).to.deep.equal(['system', rotated.body.formers[0].expiresAt, others])
    await tellExpired(server, now)
    expect((await acme.admin.api('GET', pathOf(acme, '/events?type=api_key.updated'))).body.data).to.have.lengthOf(1)
    await kept.until(eventAt(await rename(acme)))
    await server.close()
  })

  it('is told when it was used last', async () => {
    const acme = await anOrganisation()
    const key = await aKey(acme)
    expect((await acme.admin.api('GET', key.path)).body).not.to.have.property('lastUsedAt')
    const { connection } = (await sharedServer()).app
    const changes = connection.collection('apiKeys').watch()
    await changes.tryNext()
    await key.api('GET', pathOf(acme))
    while ((await acme.admin.api('GET', key.path)).body.lastUsedAt === undefined) await changes.next()
    await changes.close()
  })

  it('has another role from the place in the log on at which it is given', async () => {
    const acme = await anOrganisation()
    const other = await acme.add('developer')
    const key = await aKey(acme, { role: 'manager' })
    const live = await key.connect()
    await live.subscribe(acme.id)
    const before = await changeSomebody(acme, other.member, 'accounting')
    const changed = await acme.admin.api('PATCH', key.path, { role: 'developer', name: 'Builds' })
    expect(changed.headers.get('Rolecall-Fenced')).to.equal('true')
    expect((await key.api('GET', pathOf(acme, '/members'))).status).to.equal(403)
    await changeSomebody(acme, other.member, 'developer')
    const renamed = await rename(acme)
    await live.until(eventAt(renamed))
    expect(live.received.map(({ name, body }) => [name, body.seq, body.role])).to.deep.equal([
      ['event', before, undefined],
      ['access', Number(changed.headers.get('Rolecall-Seq')), 'developer'],
      ['event', renamed, undefined],
    ])
  })

  it('is issued, changed and rotated by people alone, who are its issuers then', async () => {
    const acme = await anOrganisation()
    const [key, subject] = [await aKey(acme, { role: 'admin' }), await aKey(acme)]
    const asked = [
      await key.api('POST', apiKeysOf(acme), { name: 'More', role: 'developer' }),
      await key.api('PATCH', subject.path, { name: 'Mine' }),
      await key.api('POST', `${subject.path}/rotate`, {}),
    ]
    expect(asked.map(({ status }) => status)).to.deep.equal([403, 403, 403])
    expect((await key.api('GET', apiKeysOf(acme))).body.data).to.have.lengthOf(2)
    expect((await key.api('DELETE', subject.path)).status, 'but to end one is no risk').to.equal(204)
    const grace = await anotherAdmin(acme)
    await grace.api('PATCH', key.path, {})
    expect((await acme.admin.api('GET', key.path)).body.issuer.name).to.equal('Grace')
    await acme.admin.api('POST', `${key.path}/rotate`, {})
    expect((await acme.admin.api('GET', key.path)).body.issuer.id).to.equal(acme.admin.account.id)
    const { body } = await acme.admin.api('GET', pathOf(acme, '/events?type=api_key.updated'))
    expect(body.data[0].data.after.issuer).to.deep.equal({ id: grace.account.id, name: 'Grace', role: 'admin' })
  })

  it('keeps a role from being deleted, or takes the one that replaces it', async () => {
    const acme = await anOrganisation()
    const { body: role } = await acme.admin.api('POST', pathOf(acme, '/roles'), {
      name: 'Builders',
      permissions: ['repository:write'],
    })
    const key = await aKey(acme, { role: role.id })
    const live = await key.connect()
    await live.subscribe(acme.id)
    const refused = await acme.admin.api('DELETE', pathOf(acme, `/roles/${role.id}`))
    expect([refused.status, refused.body.code]).to.deep.equal([409, 'role_in_use'])
    expect(refused.body.detail).to.match(/^One API key holds it\./)
    await acme.admin.api('PATCH', pathOf(acme, `/roles/${role.id}`), { permissions: ['application:read'] })
    expect(await permitted(key.api, acme)).to.deep.equal(['organisation:read', 'application:read'])
    await acme.admin.api('DELETE', pathOf(acme, `/roles/${role.id}?replacement=accounting`))
    expect(await permitted(key.api, acme)).to.deep.equal([...permissionsOf('accounting')])
    const last = await live.until(({ name, body }) => name === 'access' && body.role === 'accounting')
    expect(last.body.permissions).to.deep.equal([...permissionsOf('accounting')])
  })

  it('rests with a deleted organisation, and comes back with it', async () => {
    const acme = await anOrganisation()
    const key = await aKey(acme)
    const live = await key.connect()
    await live.subscribe(acme.id)
    await acme.admin.api('DELETE', pathOf(acme))
    await live.ended
    expect(live.received.map(({ name, body }) => [name, body.reason])).to.deep.equal([
      ['revoked', 'organisation_deleted'],
    ])
    expect((await key.api('GET', pathOf(acme))).status).to.equal(404)
    await acme.admin.api('POST', pathOf(acme, '/restore'))
    expect((await key.api('GET', pathOf(acme))).status).to.equal(200)
    await (await key.connect()).subscribe(acme.id)
  })

  it('is one of fifty that there can be', async () => {
    const acme = await anOrganisation()
    for (let count = 0; count < 50; count += 1) await aKey(acme)
    const more = await acme.admin.api('POST', apiKeysOf(acme), { name: 'More', role: 'developer' })
    expect([more.status, more.body.code]).to.deep.equal([409, 'api_key_limit'])
  })

  it('is refused in any form that is not one', async () => {
    const { url } = await signUp()
    for (const secret of ['rck_', `rck_${'0'.repeat(36)}`, `rck_${'é'.repeat(36)}`, `rck_${'A'.repeat(5_000)}`]) {
      const { status } = await apiOf(url, encodeURIComponent(secret))('GET', '/account')
      expect(status, secret.slice(0, 50)).to.equal(401)
    }
  })
})
