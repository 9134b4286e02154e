import { builtInRoles, grantable, permissionsOf } from '@rolecall/contract'
import { expect } from 'chai'
import { aKey, type TestKey } from './rig/api-keys.ts'
import { changeSomebody, rename, seqs } from './rig/changes.ts'
import { invite } from './rig/invite.ts'
import { connectLive, eventAt } from './rig/live.ts'
import { anOrganisation, type Person, type TestOrganisation } from './rig/people.ts'

const pathOf = ({ id }: { readonly id: string }, rest = '') => `/organisations/${id}${rest}`

type Member = Person & { readonly member: string }

/** An organisation with a second Admin, who issues keys. */
async function withIssuer(): Promise<{ readonly acme: TestOrganisation; readonly grace: Member }> {
  const acme = await anOrganisation()
  return { acme, grace: await acme.add('admin', { name: 'Grace' }) }
}

async function held(key: TestKey, acme: TestOrganisation): Promise<string[] | number> {
  const { status, body } = await key.api('GET', pathOf(acme, '/permissions'))
  return status === 200 ? body.permissions : status
}

async function statusOf({ admin }: TestOrganisation, { path }: TestKey): Promise<string> {
  return (await admin.api('GET', path)).body.status
}

describe('an API key and its issuer', () => {
  it('E26 E58 does what its role and its issuer both may, as the issuer comes down and goes up', async () => {
    const { acme, grace } = await withIssuer()
    const [admin, accounting] = [
      await aKey(acme, { by: grace, role: 'admin' }),
      await aKey(acme, { by: grace, role: 'accounting' }),
    ]
    expect(await held(admin, acme)).to.deep.equal([...permissionsOf('admin')])
    const demoted = await acme.admin.api('PATCH', pathOf(acme, `/members/${grace.member}`), { role: 'manager' })
    expect(demoted.headers.get('Rolecall-Fenced')).to.equal('true')
    expect(await held(admin, acme)).to.deep.equal([...permissionsOf('manager')])
    expect(await held(accounting, acme), 'which a Manager may still grant').to.deep.equal([
      ...permissionsOf('accounting'),
    ])
    expect([await statusOf(acme, admin), await statusOf(acme, accounting)]).to.deep.equal(['narrowed', 'active'])
    await changeSomebody(acme, grace.member, 'developer')
    expect([await held(admin, acme), await held(accounting, acme)]).to.deep.equal([401, 401])
    expect(await statusOf(acme, admin)).to.equal('paused')
    await changeSomebody(acme, grace.member, 'admin')
    expect(await held(admin, acme)).to.deep.equal([...permissionsOf('admin')])
  })

  for (const [how, take] of [
    ['is removed', (acme, { member }) => acme.admin.api('DELETE', pathOf(acme, `/members/${member}`))],
    ['is suspended', (acme, { member }) => acme.admin.api('POST', pathOf(acme, `/members/${member}/suspend`))],
    ['leaves', (acme, { api, member }) => api('DELETE', pathOf(acme, `/members/${member}`))],
    ['deletes the account', (_, { api, password }) => api('DELETE', '/account', { password })],
  ] satisfies [string, (acme: TestOrganisation, grace: Member) => Promise<unknown>][]) {
    it(`E58 does nothing once its issuer ${how}, and its sockets end`, async () => {
      const { acme, grace } = await withIssuer()
      const key = await aKey(acme, { by: grace, role: 'developer' })
      const [live, unsubscribed] = [await key.connect(), await key.connect()]
      await live.subscribe(acme.id)
      await take(acme, grace)
      expect(await held(key, acme)).to.equal(401)
      await rename(acme)
      for (const one of [live, unsubscribed]) {
        await one.ended
        expect(one.received.map(({ name, body }) => [name, body.reason])).to.deep.equal([['revoked', 'issuer_lost']])
      }
      const refused = await key.connect().catch((error) => error.problem.code)
      expect(refused).to.equal('unauthenticated')
      expect(await statusOf(acme, key)).to.equal('paused')
      await acme.admin.api('PATCH', key.path, {})
      expect(await held(key, acme), 'taken over').to.deep.equal([...permissionsOf('developer')])
      await (await key.connect()).subscribe(acme.id)
    })
  }

  it('E58 E28 narrows its sockets at the place in the order at which its issuer is demoted', async () => {
    const { acme, grace } = await withIssuer()
    const other = await acme.add('developer')
    const key = await aKey(acme, { by: grace, role: 'admin' })
    const live = await key.connect()
    const { cursor } = await live.subscribe(acme.id)
    const before = Number(
      (await acme.admin.api('POST', pathOf(acme, '/api-keys'), { name: 'a', role: 'developer' })).headers.get(
        'Rolecall-Seq',
      ),
    )
    const demoted = await changeSomebody(acme, grace.member, 'manager')
    await acme.admin.api('POST', pathOf(acme, '/api-keys'), { name: 'b', role: 'developer' })
    const seen = await changeSomebody(acme, other.member, 'accounting')
    await live.until(eventAt(seen))
    expect(live.received.map(({ name, body }) => [name, body.seq])).to.deep.equal([
      ['event', before],
      ['access', demoted],
      ['event', demoted],
      ['event', seen],
    ])
    const access = live.received[1]?.body
    expect([access.role, access.permissions]).to.deep.equal(['admin', [...permissionsOf('manager')]])
    const again = await key.connect()
    await again.subscribe(acme.id, cursor)
    await again.until(({ name }) => name === 'position')
    expect(
      again.received.filter(({ name }) => name === 'event').map(({ body }) => body.seq),
      'in replay',
    ).to.deep.equal([demoted, seen])
  })

  it('E58 is not told afterwards what happened while its issuer was no active member', async () => {
    const { acme, grace } = await withIssuer()
    const key = await aKey(acme, { by: grace })
    const { cursor } = await (await key.connect()).subscribe(acme.id)
    const path = pathOf(acme, `/members/${grace.member}`)
    await acme.admin.api('POST', `${path}/suspend`)
    await rename(acme)
    await acme.admin.api('POST', `${path}/resume`)
    const live = await key.connect()
    await live.subscribe(acme.id, cursor)
    await live.until(eventAt(await rename(acme)))
    expect(live.received.map(({ name, body }) => [name, body.reason])).to.deep.equal([
      ['resync', 'cursor_before_membership'],
      ['event', undefined],
    ])
  })

  it('E58 is told afterwards, as its issuer is, what happened while they were demoted', async () => {
    const { acme, grace } = await withIssuer()
    const other = await acme.add('developer')
    const key = await aKey(acme, { by: grace, role: 'admin' })
    const connect = [() => key.connect(), () => connectLive(grace)]
    const cursors = await Promise.all(connect.map(async (one) => (await (await one()).subscribe(acme.id)).cursor))
    const happened = [await changeSomebody(acme, grace.member, 'developer')]
    expect(await statusOf(acme, key)).to.equal('paused')
    happened.push(await changeSomebody(acme, other.member, 'manager'), await rename(acme))
    happened.push(await changeSomebody(acme, grace.member, 'admin'))
    for (const [index, one] of connect.entries()) {
      const live = await one()
      await live.subscribe(acme.id, cursors[index])
      await live.until(eventAt(happened.at(-1) ?? 0))
      expect(seqs(live.received)).to.deep.equal(happened)
      expect(live.received.filter(({ name }) => name === 'resync')).to.deep.equal([])
    }
  })

  it('E58 is named beforehand, with the issuer who would be removed or demoted', async () => {
    const { acme, grace } = await withIssuer()
    const key = await aKey(acme, { by: grace, role: 'manager', name: 'Deployments' })
    await aKey(acme, { role: 'manager' })
    const asked = async (method: string, rest: string, body?: object, by: Person = acme.admin) => {
      const answer = await by.api(method, `${pathOf(acme, rest)}?dryRun=true`, body)
      expect(answer.status, answer.text).to.equal(200)
      return answer.body.loses.flatMap(({ keys }: { keys: object[] }) => keys)
    }
    const named = [{ id: key.id, name: 'Deployments' }]
    const member = `/members/${grace.member}`
    expect(await asked('DELETE', member)).to.deep.equal(named)
    expect(await asked('POST', `${member}/suspend`)).to.deep.equal(named)
    expect(await asked('PATCH', member, { role: 'developer' })).to.deep.equal(named)
    expect(await asked('PATCH', member, { role: 'manager' }), 'who may still grant it').to.deep.equal([])
    expect(await held(key, acme)).to.deep.equal([...permissionsOf('manager')])
    await changeSomebody(acme, grace.member, 'manager')
    const manager = await acme.add('manager')
    expect(await asked('DELETE', member), 'to whoever manages keys').to.deep.equal(named)
    expect(await asked('DELETE', member, undefined, manager), 'and nobody else').to.deep.equal([])
  })

  it('E58 is named beforehand where its issuer loses the Manager’s exception alone', async () => {
    const { acme, grace } = await withIssuer()
    const key = await aKey(acme, { by: grace, role: 'accounting' })
    await changeSomebody(acme, grace.member, 'manager')
    const { body: role } = await acme.admin.api('POST', pathOf(acme, '/roles'), {
      name: 'Staff',
      permissions: permissionsOf('manager'),
    })
    const path = pathOf(acme, `/members/${grace.member}`)
    const { body } = await acme.admin.api('PATCH', `${path}?dryRun=true`, { role: role.id })
    const [loser, ...others] = body.loses
    expect([loser.account.name, loser.permissions, others, body.losing]).to.deep.equal(['Grace', [], [], 1])
    expect(loser.keys).to.deep.equal([{ id: key.id, name: 'Deployments' }])
    await acme.admin.api('PATCH', path, { role: role.id })
    expect(await statusOf(acme, key)).to.equal('narrowed')
  })

  it('E04 E26 gives nobody more than its issuer may: neither a role nor the power to give one', async () => {
    const { acme, grace } = await withIssuer()
    const key = await aKey(acme, { by: grace, role: 'admin' })
    const someone = await acme.add('developer')
    await changeSomebody(acme, grace.member, 'manager')
    const give = async (member: string, role: string) =>
      (await key.api('PATCH', pathOf(acme, `/members/${member}`), { role })).status
    expect(await give(someone.member, 'admin')).to.equal(403)
    expect(await give(grace.member, 'developer'), 'its issuer’s own role').to.equal(403)
    expect(await give(someone.member, 'manager')).to.equal(200)
    const { body: custom } = await acme.admin.api('POST', pathOf(acme, '/roles'), {
      name: 'Staff',
      permissions: ['member:manage', 'application:create', 'repository:write'],
    })
    await changeSomebody(acme, grace.member, custom.id)
    const managing = await aKey(acme, { role: 'manager' })
    await changeSomebody(acme, someone.member, 'developer')
    expect(await give(someone.member, 'accounting'), 'the exception is a Manager’s').to.equal(403)
    const path = pathOf(acme, `/members/${someone.member}`)
    expect((await managing.api('PATCH', path, { role: 'accounting' })).status).to.equal(200)
    expect(await held(key, acme)).to.deep.equal(
      grantable(
        { account: grace.account.id, role: custom.id, permissions: custom.permissions },
        { role: 'admin', ...builtInRoles.admin },
      ),
    )
  })

  it('stands behind nothing that outlives what it may: no invitation, no webhook', async () => {
    const { acme } = await withIssuer()
    const key = await aKey(acme, { role: 'admin' })
    const { invitation } = await invite(acme)
    for (const [rest, body] of [
      ['/invitations', { email: 'somebody@example.com', role: 'developer' }],
      [`/invitations/${invitation.id}/resend`, {}],
      ['/webhooks', { url: 'https://example.com' }],
      ['/transfer', { member: 'mem_00000000000000000000000000' }],
    ] as const) {
      expect((await key.api('POST', pathOf(acme, rest), body)).status, rest).to.equal(403)
    }
    expect((await key.api('DELETE', pathOf(acme, `/invitations/${invitation.id}`))).status).to.equal(204)
  })

  it('says that it is its issuer who may not, where one asks why', async () => {
    const { acme, grace } = await withIssuer()
    const key = await aKey(acme, { by: grace, role: 'admin' })
    await changeSomebody(acme, grace.member, 'manager')
    const { body } = await key.api('POST', pathOf(acme, '/permissions/explain'), { permission: 'billing:read' })
    expect(body).to.deep.include({ allowed: false, rule: 'issuer_lacks', member: key.id })
    const check = await key.api('POST', pathOf(acme, '/permissions/check'), {
      permissions: ['billing:read', 'member:read'],
    })
    expect(check.body).to.deep.equal({ member: key.id, allowed: false, missing: ['billing:read'] })
  })
})
