import { type BuiltInRole, builtInRoleIds, canAssign, type RoleGrant, type RoleHolder } from '@rolecall/contract'
import { expect } from 'chai'
import { invitationsOf, invite } from './rig/invite.ts'
import { connectLive, eventAt } from './rig/live.ts'
import { aRole, declare, ownOf } from './rig/own-permissions.ts'
import { type Answer, anOrganisation, type Person, signUp, type TestOrganisation } from './rig/people.ts'

const told = ({ status, body }: Answer) => [status, body?.code]
const seqOf = ({ headers }: Answer) => Number(headers.get('Rolecall-Seq'))
const pathOf = ({ id }: TestOrganisation, rest = '') => `/organisations/${id}${rest}`
const _declaredIn = (acme: TestOrganisation) => pathOf(acme, '/own-permissions')

async function _lastEvent(acme: TestOrganisation, type: string) {
  const { body } = await acme.admin.api('GET', pathOf(acme, `/events?type=${type}&order=desc&limit=1`))
  return body.data[0]
}

describe('a role with permissions of the organisation’s own', () => {
  it('is composed of those that are declared, and of no others', async () => {
    const acme = await anOrganisation()
    await declare(acme.admin.api, acme.id, { 'report:approve': [], 'report:read': [] })
    const role = await aRole(acme, ['report:read', 'member:read', 'report:approve'])
    expect(role.permissions).to.deep.equal(['organisation:read', 'member:read', 'report:approve', 'report:read'])
    expect(await ownOf(await acme.add(role.id), acme)).to.deep.equal(['report:approve', 'report:read'])
    const unknown = await acme.admin.api('PATCH', pathOf(acme, `/roles/${role.id}`), {
      permissions: ['report:read', 'report:shred'],
    })
    expect(told(unknown)).to.deep.equal([400, 'invalid_request'])
    expect(unknown.body.errors).to.deep.equal([
      { path: 'permissions.1', message: 'The organisation has declared no permission report:shred' },
    ])
    for (const permission of ['report:shred', 'audit:read']) {
      const answer = await acme.admin.api('POST', pathOf(acme, '/roles'), { name: 'No', permissions: [permission] })
      expect(told(answer), permission).to.deep.equal([400, 'invalid_request'])
    }
  })

  it('loses what is withdrawn, at once and live, and does not get it back with a name declared anew', async () => {
    const acme = await anOrganisation()
    await declare(acme.admin.api, acme.id, { 'report:approve': ['developer'], 'report:read': [] })
    const role = await aRole(acme, ['report:read', 'report:approve', 'billing:read'])
    const [holder, developer, accounting] = [
      await acme.add(role.id),
      await acme.add('developer'),
      await acme.add('accounting'),
    ]
    const clients = await Promise.all([holder, holder, developer, accounting].map((one) => connectLive(one)))
    const [live, unsubscribed, ofDeveloper, bystander] = clients
    for (const client of [live, ofDeveloper, bystander]) await client?.subscribe(acme.id)

    const seq = seqOf(await declare(acme.admin.api, acme.id, { 'report:read': [] }))
    expect(await ownOf(holder, acme)).to.deep.equal(['report:read'])
    expect(await ownOf(developer, acme)).to.deep.equal([])
    const after = ['organisation:read', 'billing:read', 'report:read']
    for (const client of [live, unsubscribed]) {
      const { body } = (await client?.until(({ name, body: { seq: at } }) => name === 'access' && at === seq)) ?? {}
      expect(body).to.deep.equal({ organisation: acme.id, seq, role: role.id, permissions: after })
    }
    await ofDeveloper?.until(eventAt(seq))
    expect(ofDeveloper?.received.slice(0, 2).map(({ name, body }) => [name, body.seq])).to.deep.equal([
      ['access', seq],
      ['event', seq],
    ])
    await bystander?.until(eventAt(seq))
    expect(bystander?.received.map(({ name }) => name)).to.deep.equal(['event'])

    await declare(acme.admin.api, acme.id, { 'report:approve': [], 'report:read': [] })
    expect(await ownOf(holder, acme)).to.deep.equal(['report:read'])
  })

  it('cancels the invitations that their senders could not send any more', async () => {
    const acme = await anOrganisation()
    const manager = await acme.add('manager')
    await declare(acme.admin.api, acme.id, { 'report:read': ['manager', 'developer'] })
    const { invitation } = await invite(acme, { by: manager, role: 'developer' })
    await declare(acme.admin.api, acme.id, { 'report:read': ['developer'] })
    const { body } = await acme.admin.api('GET', `${invitationsOf(acme)}?status=revoked`)
    expect(body.data.map(({ id }: { id: string }) => id)).to.deep.equal([invitation.id])
  })

  it('keeps what comes live as it was: rooms are views of Rolecall’s permissions', async () => {
    const acme = await anOrganisation()
    await declare(acme.admin.api, acme.id, { 'report:read': [] })
    const role = await aRole(acme, ['member:read', 'report:read'])
    const holder = await acme.add(role.id)
    const live = await connectLive(holder)
    await live.subscribe(acme.id)
    await declare(acme.admin.api, acme.id, {})
    const added = await acme.add('developer')
    const { body } = await live.until(({ name, body: { type } }) => name === 'event' && type === 'member.added')
    expect(body.data.member.id).to.equal(added.member)
  })
})

describe('giving a role with permissions of the organisation’s own', () => {
  const ways: Readonly<Record<string, readonly BuiltInRole[]>> = {
    'report:all': ['manager', 'developer', 'accounting'],
    'report:manage': ['manager'],
    'report:book': ['accounting'],
    'report:build': ['developer'],
  }

  it('E04 takes somebody who holds them all, also of Accounting, whom a Manager else may appoint', async () => {
    const acme = await anOrganisation()
    const manager = await acme.add('manager')
    await declare(acme.admin.api, acme.id, ways)
    const custom = [await aRole(acme, ['report:manage']), await aRole(acme, ['report:book'])]
    const { body } = await acme.admin.api('GET', pathOf(acme, '/roles'))
    const grants = new Map<string, RoleGrant>(
      body.data.map(({ id, permissions }: { id: RoleGrant['role']; permissions: RoleGrant['permissions'] }) => [
        id,
        { role: id, permissions },
      ]),
    )
    const managing = grants.get('manager')
    if (managing === undefined) throw new Error('there is no Manager')
    const actor: RoleHolder = { account: manager.account.id, ...managing }
    const possible = [...builtInRoleIds, ...custom.map(({ id }) => id as string)].map((role) => {
      return [role, canAssign(actor, undefined, grants.get(role)).allowed] as const
    })
    expect(possible.map(([, may]) => may)).to.deep.equal([false, true, false, false, true, false])
    for (const [role, may] of possible) {
      const { email } = await signUp()
      const answer = await manager.api('POST', pathOf(acme, '/members'), { email, role })
      expect(answer.status, `${role}: ${answer.text}`).to.equal(may ? 201 : 403)
    }
    const accounting = await acme.add('accounting')
    const dismissal = await manager.api('DELETE', pathOf(acme, `/members/${accounting.member}`))
    expect([...told(dismissal), dismissal.body.detail]).to.deep.equal([
      403,
      'forbidden',
      'A role can only be given or taken by someone who holds all that it permits. Yours lacks report:book.',
    ])
    await declare(acme.admin.api, acme.id, { 'report:all': ['manager', 'accounting'] })
    expect((await manager.api('DELETE', pathOf(acme, `/members/${accounting.member}`))).status).to.equal(204)
  })
})

describe('asking for permissions of the organisation’s own', () => {
  it('is answered for oneself and others, and what is not declared is held by nobody', async () => {
    const acme = await anOrganisation()
    const [manager, developer] = [await acme.add('manager'), await acme.add('developer')]
    await declare(acme.admin.api, acme.id, { 'report:read': ['manager', 'developer'], 'report:approve': ['manager'] })
    const check = (person: Person, permissions: readonly string[], member?: string) =>
      person.api('POST', pathOf(acme, '/permissions/check'), { permissions, ...(member && { member }) })
    expect((await check(manager, ['report:approve', 'member:manage'])).body).to.deep.include({
      allowed: true,
      missing: [],
    })
    expect((await check(manager, ['report:approve', 'report:read'], developer.member)).body).to.deep.equal({
      member: developer.member,
      allowed: false,
      missing: ['report:approve'],
    })
    expect((await check(acme.admin, ['report:shred', 'report:read'])).body.missing).to.deep.equal(['report:shred'])
    expect(told(await check(acme.admin, ['shred']))).to.deep.equal([400, 'invalid_request'])
    expect(told(await check(developer, ['report:read'], manager.member))).to.deep.equal([403, 'forbidden'])
  })

  it('is explained by the rule that decides, and by who holds it', async () => {
    const acme = await anOrganisation()
    const developer = await acme.add('developer')
    await declare(acme.admin.api, acme.id, { 'report:read': ['developer'], 'report:approve': [] })
    const role = await aRole(acme, ['report:approve'])
    const explain = async (permission: string) => {
      const { body } = await developer.api('POST', pathOf(acme, '/permissions/explain'), { permission })
      return [body.allowed, body.rule, body.roles.map(({ id }: { id: string }) => id)]
    }
    expect(await explain('report:read')).to.deep.equal([true, 'role_permits', ['admin', 'developer']])
    expect(await explain('report:approve')).to.deep.equal([false, 'role_lacks', ['admin', role.id]])
    expect(await explain('report:shred')).to.deep.equal([false, 'not_declared', []])
    await acme.admin.api('POST', pathOf(acme, `/members/${developer.member}/suspend`))
    const suspended = await acme.admin.api('POST', pathOf(acme, '/permissions/explain'), {
      permission: 'report:read',
      member: developer.member,
    })
    expect([suspended.body.allowed, suspended.body.rule]).to.deep.equal([false, 'suspended'])
  })

  it('is told beforehand of a change: who gains and who loses them', async () => {
    const acme = await anOrganisation()
    const developer = await acme.add('developer')
    await declare(acme.admin.api, acme.id, { 'report:read': ['developer'] })
    const { body } = await acme.admin.api('PATCH', pathOf(acme, `/members/${developer.member}?dryRun=true`), {
      role: 'accounting',
    })
    expect(body.loses[0].permissions).to.include('report:read')
  })
})
