import { type BuiltInRole, builtInRoleIds } from '@rolecall/contract'
import { expect } from 'chai'
import { models } from '../server/src/access/documents.ts'
import { accept, anAddress, invitationsOf, invite, preview } from './rig/invite.ts'
import { type Answer, anOrganisation, type Person, signUp, type TestOrganisation } from './rig/people.ts'
import { sharedServer } from './rig/server.ts'

type MemberPerson = Person & { readonly member: string }

const told = ({ status, body }: Answer) => [status, body?.code]
const gone = [404, 'invitation_not_found']
const pathOf = ({ id }: TestOrganisation, member = '') => `/organisations/${id}/members/${member}`.replace(/\/$/, '')

async function statusesIn({ admin, ...organisation }: TestOrganisation): Promise<Record<string, string>> {
  const { body } = await admin.api('GET', `${invitationsOf(organisation)}?limit=200`)
  return Object.fromEntries(body.data.map(({ role, status }: { role: string; status: string }) => [role, status]))
}

async function eventsOf({ admin, id }: TestOrganisation, type: string): Promise<Answer['body'][]> {
  return (await admin.api('GET', `/organisations/${id}/events?limit=200&type=${type}`)).body.data
}

async function aRole({ admin, id }: TestOrganisation, permissions: readonly string[]): Promise<string> {
  const { body } = await admin.api('POST', `/organisations/${id}/roles`, { name: anAddress(), permissions })
  return body.id
}

describe('inviting oneself up', () => {
  it('E04 is refused to every role, also by way of a second account', async () => {
    const acme = await anOrganisation()
    for (const role of builtInRoleIds.filter((one) => one !== 'admin')) {
      const person = await acme.add(role)
      for (const email of [person.email, (await signUp()).email]) {
        const answer = await person.api('POST', invitationsOf(acme), { email, role: 'admin' })
        expect(told(answer), role).to.deep.equal([403, 'forbidden'])
      }
    }
    const manager = await acme.add('manager')
    const self = await manager.api('POST', invitationsOf(acme), { email: manager.email, role: 'manager' })
    expect(told(self)).to.deep.equal([409, 'already_member'])
  })
})

describe('E06 an invitation whose sender loses power', () => {
  const losses: Record<string, (acme: TestOrganisation, sender: MemberPerson) => Promise<Answer>> = {
    'is demoted': ({ admin, ...acme }, { member }) =>
      admin.api('PATCH', `/organisations/${acme.id}/members/${member}`, { role: 'developer' }),
    'is removed': ({ admin, ...acme }, { member }) =>
      admin.api('DELETE', `/organisations/${acme.id}/members/${member}`),
    'is suspended': ({ admin, ...acme }, { member }) =>
      admin.api('POST', `/organisations/${acme.id}/members/${member}/suspend`),
    leaves: ({ id }, sender) => sender.api('DELETE', `/organisations/${id}/members/${sender.member}`),
    'deletes their account': (_, sender) => sender.api('DELETE', '/account', { password: sender.password }),
  }
  for (const [loss, lose] of Object.entries(losses)) {
    it(`is withdrawn in the same change when its sender ${loss}`, async () => {
      const acme = await anOrganisation()
      const sender = await acme.add('manager')
      const [ada, kept] = [await signUp(), await signUp()]
      const { invitation, token } = await invite(acme, { by: sender, email: ada.email })
      const other = await invite(acme, { email: kept.email, role: 'manager' })
      const answer = await lose(acme, sender)
      expect(answer.status, answer.text).to.be.lessThan(300)
      const [event, ...more] = await eventsOf(acme, 'invitation.revoked')
      expect(more).to.deep.equal([])
      expect(event.data.reason).to.equal('not_assignable')
      expect(event.data.invitation.id).to.equal(invitation.id)
      expect(told(await accept(ada, token))).to.deep.equal(gone)
      expect((await accept(kept, other.token)).status).to.equal(201)
    })
  }

  it('stays where the sender could still send it', async () => {
    const acme = await anOrganisation()
    const sender = await acme.add('admin')
    const roles: readonly BuiltInRole[] = ['admin', 'manager', 'developer', 'accounting']
    for (const role of roles) await invite(acme, { by: sender, role })
    await acme.admin.api('PATCH', pathOf(acme, sender.member), { role: 'manager' })
    expect(await statusesIn(acme)).to.deep.equal({
      admin: 'revoked',
      manager: 'pending',
      developer: 'pending',
      accounting: 'pending',
    })
  })

  it('passes to whoever sends it again', async () => {
    const acme = await anOrganisation()
    const [sender, ada] = [await acme.add('manager'), await signUp()]
    const { invitation } = await invite(acme, { by: sender, email: ada.email })
    await acme.admin.api('POST', `${invitationsOf(acme, invitation.id)}/resend`, {})
    await acme.admin.api('DELETE', pathOf(acme, sender.member))
    expect(await statusesIn(acme)).to.deep.equal({ developer: 'pending' })
  })

  it('is judged by what custom roles permit now: widened, narrowed, deleted', async () => {
    const acme = await anOrganisation()
    const { admin, id } = acme
    const recruiter = await aRole(acme, ['member:manage', 'webhook:manage', 'application:read'])
    const [widened, narrowed, kept, deleted] = [
      await aRole(acme, ['application:read']),
      await aRole(acme, ['webhook:manage']),
      await aRole(acme, []),
      await aRole(acme, []),
    ]
    const sender = await acme.add(recruiter)
    for (const role of [widened, narrowed, kept, deleted]) await invite(acme, { by: sender, role })
    const permissions = ['application:read', 'application:create']
    await admin.api('PATCH', `/organisations/${id}/roles/${widened}`, { permissions })
    expect(await statusesIn(acme)).to.deep.include({ [widened]: 'revoked', [narrowed]: 'pending' })
    const less = { permissions: ['member:manage', 'application:read'] }
    await admin.api('PATCH', `/organisations/${id}/roles/${recruiter}`, less)
    expect(await statusesIn(acme)).to.deep.include({ [narrowed]: 'revoked', [kept]: 'pending' })
    expect((await admin.api('DELETE', `/organisations/${id}/roles/${deleted}`)).status).to.equal(204)
    expect(await statusesIn(acme)).to.deep.include({ [deleted]: 'revoked', [kept]: 'pending' })
  })

  it('is checked once more at acceptance, whatever was withdrawn before', async () => {
    const acme = await anOrganisation()
    const [sender, ada] = [await acme.add('manager'), await signUp()]
    const { token } = await invite(acme, { by: sender, email: ada.email })
    const { memberships } = models((await sharedServer()).app.connection)
    const set = (change: object) => memberships.updateOne({ _id: sender.member }, { $set: change })
    for (const change of [{ role: 'developer' }, { role: 'manager', status: 'suspended' }]) {
      await set(change)
      expect(told(await preview(ada.url, token))).to.deep.equal(gone)
      expect(told(await accept(ada, token))).to.deep.equal(gone)
    }
    await set({ status: 'active' })
    expect((await accept(ada, token)).status).to.equal(201)
  })

  it('races with its acceptance: whoever comes second finds it done, and nobody joins by a sender without power', async () => {
    for (let round = 0; round < 5; round += 1) {
      const acme = await anOrganisation()
      const [sender, ada] = [await acme.add('manager'), await signUp()]
      const { token } = await invite(acme, { by: sender, email: ada.email })
      const [accepted] = await Promise.all([
        accept(ada, token),
        acme.admin.api('PATCH', pathOf(acme, sender.member), { role: 'developer' }),
      ])
      const { body } = await acme.admin.api('GET', `/organisations/${acme.id}/events?limit=200`)
      const types: string[] = body.data.map(({ type }: { type: string }) => type)
      const [joined, demoted] = [types.indexOf('invitation.accepted'), types.indexOf('member.role_changed')]
      if (accepted.status === 201) expect(joined).to.be.greaterThan(0).and.lessThan(demoted)
      else {
        expect(told(accepted)).to.deep.equal(gone)
        expect([joined, types.includes('invitation.revoked')]).to.deep.equal([-1, true])
      }
    }
  })
})

describe('adding somebody who is invited', () => {
  it('E07 consumes the invitation: its link fails, and the log says why', async () => {
    const acme = await anOrganisation()
    const ada = await signUp()
    const { invitation, token } = await invite(acme, { email: ada.email.toUpperCase(), role: 'admin' })
    const added = await acme.admin.api('POST', pathOf(acme), { email: ada.email, role: 'developer' })
    expect(added.status).to.equal(201)
    const [event] = await eventsOf(acme, 'invitation.revoked')
    expect([event.data.invitation.id, event.data.reason]).to.deep.equal([invitation.id, 'added'])
    expect(told(await preview(ada.url, token))).to.deep.equal(gone)
    expect(told(await accept(ada, token))).to.deep.equal(gone)
    await acme.admin.api('DELETE', pathOf(acme, added.body.id))
    expect(told(await accept(ada, token)), 'nor does it come back with their removal').to.deep.equal(gone)
  })
})
