import { expect } from 'chai'
import { connectLive } from './rig/live.ts'
import { type Answer, anOrganisation, type Person, type TestOrganisation } from './rig/people.ts'

type MemberPerson = Person & { readonly member: string }

const told = ({ status, body }: Answer) => [status, body?.code]
const pathOf = (organisation: { id: string }, rest = '') => `/organisations/${organisation.id}/members/${rest}`
const suspend = (by: Person, of: { id: string }, member: string) => by.api('POST', pathOf(of, `${member}/suspend`))
const resume = (by: Person, of: { id: string }, member: string) => by.api('POST', pathOf(of, `${member}/resume`))
const change = (by: Person, of: { id: string }, member: string, role: string) =>
  by.api('PATCH', pathOf(of, member), { role })

async function founderOf(organisation: TestOrganisation): Promise<MemberPerson> {
  const { body } = await organisation.admin.api('GET', `/organisations/${organisation.id}/permissions`)
  return { ...organisation.admin, member: body.member }
}

async function lastEvent(organisation: TestOrganisation): Promise<Answer['body']> {
  const { body } = await organisation.admin.api('GET', `/organisations/${organisation.id}/events?limit=200`)
  return body.data.at(-1)
}

describe('suspending a member', () => {
  it('makes them an outsider from the next request on, and keeps their membership', async () => {
    const acme = await anOrganisation()
    const ada = await acme.add('manager', { name: 'Ada' })
    const { status, headers, body } = await suspend(acme.admin, acme, ada.member)
    expect(status).to.equal(200)
    expect(headers.get('Rolecall-Fenced')).to.equal('true')
    expect(body).to.deep.include({ id: ada.member, role: 'manager', status: 'suspended' })
    const none = await ada.api('GET', '/organisations/org_00000000000000000000000000')
    const seen = await ada.api('GET', `/organisations/${acme.id}`)
    expect([seen.status, seen.text]).to.deep.equal([404, none.text])
    const mine = await ada.api('GET', '/organisations')
    expect(mine.body.data.map(({ id }: { id: string }) => id)).not.to.include(acme.id)
    expect((await acme.admin.api('GET', pathOf(acme, ada.member))).body).to.deep.equal(body)
    expect(await lastEvent(acme)).to.deep.include({
      type: 'member.suspended',
      seq: Number(headers.get('Rolecall-Seq')),
      data: { member: { id: ada.member, account: { id: ada.account.id, name: 'Ada' } }, before: { role: 'manager' } },
      affects: [ada.account.id],
    })
    expect(
      told(await acme.admin.api('POST', pathOf(acme).slice(0, -1), { email: ada.email, role: 'developer' })),
    ).to.deep.equal([409, 'already_member'])
  })

  it('E29 tells them once, and resuming lets them see what comes from then on', async () => {
    const acme = await anOrganisation()
    const ada = await acme.add('manager')
    const live = await connectLive(ada)
    const { cursor } = await live.subscribe(acme.id)
    const suspended = await suspend(acme.admin, acme, ada.member)
    const seq = Number(suspended.headers.get('Rolecall-Seq'))
    await live.until(({ name }) => name === 'revoked')
    await acme.add('developer')
    expect((await resume(acme.admin, acme, ada.member)).body).to.deep.include({ status: 'active', role: 'manager' })
    await live.until(({ name }) => name === 'access')
    const again = await live.subscribe(acme.id, cursor)
    expect(again).to.deep.include({ role: 'manager' })
    await live.until(({ name }) => name === 'resync')
    await live.settled()
    expect(live.received.map(({ name, body }) => [name, body.seq ?? body.reason])).to.deep.equal([
      ['revoked', seq],
      ['access', seq + 2],
      ['resync', 'cursor_before_membership'],
    ])
    expect((await ada.api('GET', pathOf(acme, ada.member))).status).to.equal(200)
  })

  it('once more, or resuming who is active, is answered and is no event', async () => {
    const acme = await anOrganisation()
    const ada = await acme.add('developer')
    expect((await resume(acme.admin, acme, ada.member)).body).to.deep.include({ status: 'active' })
    expect(await lastEvent(acme)).to.deep.include({ type: 'member.added' })
    await suspend(acme.admin, acme, ada.member)
    const before = await lastEvent(acme)
    expect((await suspend(acme.admin, acme, ada.member)).body).to.deep.include({ status: 'suspended' })
    expect(await lastEvent(acme)).to.deep.equal(before)
  })

  it('is not undone by another role, nor told twice by removal', async () => {
    const acme = await anOrganisation()
    const ada = await acme.add('developer')
    const live = await connectLive(ada)
    await live.subscribe(acme.id)
    await suspend(acme.admin, acme, ada.member)
    expect((await change(acme.admin, acme, ada.member, 'manager')).body).to.deep.include({
      role: 'manager',
      status: 'suspended',
    })
    expect(await lastEvent(acme)).to.deep.include({ type: 'member.role_changed', affects: [] })
    expect((await ada.api('GET', `/organisations/${acme.id}`)).status).to.equal(404)
    expect((await acme.admin.api('DELETE', pathOf(acme, ada.member))).status).to.equal(204)
    expect(await lastEvent(acme)).to.deep.include({ type: 'member.removed', affects: [] })
    await live.settled()
    expect(live.received.map(({ name }) => name)).to.deep.equal(['revoked'])
  })

  it('E02 E20 spares the last Admin and the owner of a personal organisation', async () => {
    const acme = await anOrganisation()
    const admin = await founderOf(acme)
    const other = await acme.add('admin')
    await suspend(admin, acme, other.member)
    for (const answer of [
      await suspend(admin, acme, admin.member),
      await change(admin, acme, admin.member, 'manager'),
      await admin.api('DELETE', pathOf(acme, admin.member)),
      await admin.api('DELETE', '/account', { password: admin.password }),
    ]) {
      expect(told(answer), answer.text).to.deep.equal([409, 'last_admin'])
    }
    const personal = admin.organisation
    await admin.api('POST', pathOf(personal).slice(0, -1), { email: other.email, role: 'admin' })
    const { body } = await admin.api('GET', `/organisations/${personal.id}/permissions`)
    for (const answer of [
      await suspend(other, personal, body.member),
      await change(other, personal, body.member, 'developer'),
      await other.api('DELETE', pathOf(personal, body.member)),
    ]) {
      expect(told(answer)).to.deep.equal([409, 'personal_organisation'])
    }
  })

  it('E01 E02 of two Admins who suspend each other at once, one succeeds and an Admin remains', async () => {
    for (let round = 0; round < 5; round += 1) {
      const acme = await anOrganisation()
      const [one, other] = [await founderOf(acme), await acme.add('admin')]
      const answers = await Promise.all([suspend(one, acme, other.member), suspend(other, acme, one.member)])
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 404])
    }
  })

  it('E03 is not for a Manager to do to an Admin, nor to undo, and for nobody to undo on oneself', async () => {
    const acme = await anOrganisation()
    const [manager, admin, developer] = [
      await acme.add('manager'),
      await acme.add('admin'),
      await acme.add('developer'),
    ]
    expect(told(await suspend(manager, acme, admin.member))).to.deep.equal([403, 'forbidden'])
    expect(told(await suspend(manager, acme, manager.member))).to.deep.equal([403, 'forbidden'])
    expect((await suspend(manager, acme, developer.member)).status).to.equal(200)
    expect(told(await resume(developer, acme, developer.member))).to.deep.equal([404, 'not_found'])
    await suspend(acme.admin, acme, admin.member)
    expect(told(await resume(manager, acme, admin.member))).to.deep.equal([403, 'forbidden'])
    expect((await resume(manager, acme, developer.member)).status).to.equal(200)
  })

  it('E06 withdraws the invitations that they sent', async () => {
    const acme = await anOrganisation()
    const ada = await acme.add('manager')
    const invited = await ada.api('POST', `/organisations/${acme.id}/invitations`, {
      email: `guest-${ada.member}@example.com`,
      role: 'developer',
    })
    expect(invited.status, invited.text).to.equal(201)
    const { body } = await acme.admin.api('POST', pathOf(acme, `${ada.member}/suspend?dryRun=true`))
    expect(body.loses[0].invitations).to.deep.equal([{ id: invited.body.id, email: invited.body.email }])
    await suspend(acme.admin, acme, ada.member)
    expect(await lastEvent(acme)).to.deep.include({ type: 'invitation.revoked' })
  })
})

describe('handing over an organisation', () => {
  const transfer = (by: Person, of: { id: string }, member: string) =>
    by.api('POST', `/organisations/${of.id}/transfer`, { member })

  it('makes another member Admin and oneself Manager, at once', async () => {
    const acme = await anOrganisation()
    const [founder, ada] = [await founderOf(acme), await acme.add('developer')]
    const { status, body, headers } = await transfer(founder, acme, ada.member)
    expect(status).to.equal(200)
    expect(body.admin).to.deep.include({ id: ada.member, role: 'admin' })
    expect(body.former).to.deep.include({ id: founder.member, role: 'manager' })
    const events = (await ada.api('GET', `/organisations/${acme.id}/events?type=member.role_changed`)).body.data
    expect(events.map(({ seq }: { seq: number }) => seq)).to.deep.equal([
      Number(headers.get('Rolecall-Seq')) - 1,
      Number(headers.get('Rolecall-Seq')),
    ])
    expect(told(await transfer(founder, acme, ada.member))).to.deep.equal([403, 'forbidden'])
  })

  it('E20 is not for a personal organisation', async () => {
    const acme = await anOrganisation()
    const ada = await acme.add('developer')
    const personal = acme.admin.organisation
    const path = `/organisations/${personal.id}/members`
    const { body } = await acme.admin.api('POST', path, { email: ada.email, role: 'admin' })
    expect(told(await transfer(acme.admin, personal, body.id))).to.deep.equal([409, 'personal_organisation'])
    const owner = (await acme.admin.api('GET', path)).body.data[0]
    expect(told(await transfer(ada, personal, owner.id))).to.deep.equal([409, 'personal_organisation'])
  })

  it('refuses oneself, who is suspended, and strangers', async () => {
    const acme = await anOrganisation()
    const [founder, ada] = [await founderOf(acme), await acme.add('developer')]
    await suspend(founder, acme, ada.member)
    expect(told(await transfer(founder, acme, ada.member))).to.deep.equal([409, 'member_suspended'])
    expect(told(await transfer(founder, acme, founder.member))).to.deep.equal([400, 'invalid_request'])
    const foreign = await founderOf(await anOrganisation())
    expect(told(await transfer(founder, acme, foreign.member))).to.deep.equal([404, 'not_found'])
  })

  it('E01 to two people at once hands it to one of them', async () => {
    const acme = await anOrganisation()
    const [founder, ada, ben] = [await founderOf(acme), await acme.add('developer'), await acme.add('developer')]
    const answers = await Promise.all([transfer(founder, acme, ada.member), transfer(founder, acme, ben.member)])
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 403])
  })
})
