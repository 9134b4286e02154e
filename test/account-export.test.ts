import { expect } from 'chai'
import { signIn } from './rig/account.ts'
import { anOrganisation, apiOf, signUp, unique } from './rig/people.ts'

describe('the export of one’s own data', () => {
  it('holds the account, its sessions, its memberships and its log, and nothing of others', async () => {
    const organisation = await anOrganisation()
    const member = await organisation.add('developer')
    const { body: other } = await signIn(member, member.password)
    const { status, body, headers } = await member.api('GET', '/account/export')
    expect(status).to.equal(200)
    expect(body.account).to.deep.equal(member.account)
    expect(
      body.sessions.map(({ id, current }: { id: string; current: boolean }) => [id, current]),
    ).to.have.deep.members([
      [member.session.id, true],
      [other.session.id, false],
    ])
    const memberships = body.memberships.map(({ since, ...membership }: { since: string }) => membership)
    expect(memberships).to.have.deep.members([
      {
        id: member.member,
        organisation: { id: organisation.id, name: organisation.name },
        role: 'developer',
        status: 'active',
      },
      {
        id: memberships.find(({ role }: { role: string }) => role === 'admin')?.id,
        organisation: { id: member.organisation.id, name: member.organisation.name },
        role: 'admin',
        status: 'active',
      },
    ])
    const events = await member.api('GET', '/account/events?limit=200')
    expect(body.events).to.deep.equal(events.body.data)
    expect(headers.get('Rolecall-Seq')).to.equal(`${body.events.at(-1).seq}`)
    expect(JSON.stringify(body)).not.to.contain(organisation.admin.email)
    expect(JSON.stringify(body)).not.to.match(/passwordHash|nonce|\$argon2/)
  })

  it('holds the whole log, however long', async () => {
    const person = await signUp()
    for (let count = 0; count < 30; count += 1) await person.api('PATCH', '/account', { name: `Name ${count}` })
    const { body } = await person.api('GET', '/account/export')
    expect(body.events.map(({ seq }: { seq: number }) => seq)).to.deep.equal(
      Array.from({ length: 32 }, (_, index) => index + 1),
    )
  })

  it('tells of suspended memberships that there are, and leaves out organisations that are deleted', async () => {
    const [resting, deleted] = [await anOrganisation(), await anOrganisation()]
    const person = await resting.add('developer')
    await deleted.admin.api('POST', `/organisations/${deleted.id}/members`, { email: person.email, role: 'developer' })
    const path = `/organisations/${resting.id}`
    await resting.admin.api('POST', `${path}/members/${person.member}/suspend`)
    // What the organisation does from now on is nothing to an outsider.
    const name = unique('Unheard of')
    expect((await resting.admin.api('PATCH', path, { name })).status).to.equal(200)
    const changed = await resting.admin.api('PATCH', `${path}/members/${person.member}`, { role: 'manager' })
    expect(changed.status).to.equal(200)
    expect((await deleted.admin.api('DELETE', `/organisations/${deleted.id}`)).status).to.equal(204)
    const { body, text } = await person.api('GET', '/account/export')
    const held = body.memberships.map(({ since, ...membership }: { since: string }) => membership)
    const { id, name: own } = person.organisation
    const personal = held.find(({ organisation }: { organisation: { id: string } }) => organisation.id === id)
    expect(held).to.have.deep.members([
      { id: person.member, organisation: { id: resting.id }, status: 'suspended' },
      { id: personal?.id, organisation: { id, name: own }, role: 'admin', status: 'active' },
    ])
    expect(text).not.to.match(/Unheard of|manager/)
  })

  it('is nobody else’s', async () => {
    const { url } = await signUp()
    expect((await apiOf(url)('GET', '/account/export')).status).to.equal(401)
  })
})
