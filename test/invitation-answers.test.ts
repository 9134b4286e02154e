import { expect } from 'chai'
import { accept, anAddress, decline, invite, preview } from './rig/invite.ts'
import { connectLive } from './rig/live.ts'
import { type Answer, anOrganisation, apiOf, type Person, signUp, type TestOrganisation } from './rig/people.ts'

const told = ({ status, body }: Answer) => [status, body?.code]
const gone = [404, 'invitation_not_found']

async function membersOf({ admin, id }: TestOrganisation): Promise<Answer['body'][]> {
  return (await admin.api('GET', `/organisations/${id}/members?limit=200`)).body.data
}

async function lastEvents({ admin, id }: TestOrganisation, count: number): Promise<Answer['body'][]> {
  return (await admin.api('GET', `/organisations/${id}/events?limit=200`)).body.data.slice(-count)
}

/** Somebody whose address is confirmed: they have accepted an invitation before. */
async function someoneConfirmed(): Promise<Person> {
  const person = await signUp()
  const { token } = await invite(await anOrganisation(), { email: person.email })
  expect((await accept(person, token)).status).to.equal(201)
  return person
}

describe('accepting an invitation', () => {
  it('makes a member with its role, says so in the log, and opens the organisation at once, live too', async () => {
    const acme = await anOrganisation()
    const ada = await signUp({ name: 'Ada' })
    const live = await connectLive(ada)
    const { invitation, token } = await invite(acme, { email: ada.email, role: 'manager' })
    const { status, headers, body } = await accept(ada, token)
    expect(status).to.equal(201)
    expect(body).to.deep.include({ organisation: acme.id, role: 'manager', status: 'active' })
    expect(body.account).to.deep.equal({ id: ada.account.id, name: 'Ada', email: ada.email })
    const { id, email, role, inviter } = invitation
    const [added, accepted] = await lastEvents(acme, 2)
    expect(added).to.deep.include({ type: 'member.added', data: { member: body }, affects: [ada.account.id] })
    expect(accepted).to.deep.include({
      type: 'invitation.accepted',
      seq: Number(headers.get('Rolecall-Seq')),
      actor: { kind: 'account', id: ada.account.id, name: 'Ada' },
      data: {
        invitation: { id, email, role, inviter },
        member: { id: body.id, account: { id: ada.account.id, name: 'Ada' } },
      },
    })
    expect((await ada.api('GET', `/organisations/${acme.id}/members`)).status).to.equal(200)
    const { body: access } = await live.until(({ name }) => name === 'access')
    expect(access).to.deep.include({ organisation: acme.id, role: 'manager', seq: added.seq })
  })

  it('is possible for who had no account when they were invited', async () => {
    const acme = await anOrganisation()
    const { email, token } = await invite(acme)
    expect((await preview(acme.admin.url, token)).body.hasAccount).to.equal(false)
    const ada = await signUp({ email })
    expect((await preview(acme.admin.url, token)).body.hasAccount).to.equal(true)
    expect((await accept(ada, token)).status).to.equal(201)
  })

  it('E12 takes a POST by somebody who is signed in: whoever opens or previews the link joins nobody', async () => {
    const acme = await anOrganisation()
    const ada = await signUp()
    const { token } = await invite(acme, { email: ada.email })
    for (const path of ['/invitations/accept', '/invitations/preview', '/invitations/decline', '/invitations']) {
      const answer = await ada.api('GET', path)
      expect(answer.status, path).to.be.oneOf([404, 405])
    }
    await fetch(`${ada.url}/invitations`)
    await preview(ada.url, token)
    await preview(ada.url, token)
    expect(told(await apiOf(ada.url)('POST', '/invitations/accept', { token }))).to.deep.equal([401, 'unauthenticated'])
    expect(await membersOf(acme)).to.have.lengthOf(1)
    expect((await accept(ada, token)).status).to.equal(201)
  })

  it('E13 is for the invited address alone, in any spelling of it', async () => {
    const acme = await anOrganisation()
    const email = anAddress()
    const [right, wrong] = [await signUp({ email }), await signUp()]
    const invited = email.toUpperCase().replace('P', '\uff30')
    const { token } = await invite(acme, { email: invited })
    expect(told(await accept(wrong, token))).to.deep.equal(gone)
    expect(await membersOf(acme)).to.have.lengthOf(1)
    expect((await accept(right, token)).status).to.equal(201)
  })

  it('E13 confirms the address: afterwards one may accept without the mail, and not before', async () => {
    const ada = await signUp()
    const [acme, other] = [await anOrganisation(), await anOrganisation()]
    const first = await invite(acme, { email: ada.email })
    const { invitation } = await invite(other, { email: ada.email })
    const direct = () => ada.api('POST', `/account/invitations/${invitation.id}/accept`)
    expect((await ada.api('GET', '/account/invitations')).body).to.deep.equal({ data: [] })
    expect(told(await direct())).to.deep.equal(gone)
    await accept(ada, first.token)
    expect((await ada.api('GET', '/account/invitations')).body.data).to.have.lengthOf(1)
    expect((await direct()).status).to.equal(201)
  })

  it('E13 ends all other sessions where it confirms the address: somebody else may have signed up with it', async () => {
    const acme = await anOrganisation()
    const ada = await signUp()
    const { email, password } = ada
    const { body } = await apiOf(ada.url)('POST', '/sessions', { email, password })
    const other = apiOf(ada.url, body.session.accessToken)
    expect((await accept(ada, (await invite(acme, { email })).token)).status).to.equal(201)
    expect(told(await other('GET', '/account'))).to.deep.equal([401, 'unauthenticated'])
    expect((await ada.api('GET', '/account')).body.emailVerified).to.equal(true)
  })

  it('E13 by the wrong account confirms nothing', async () => {
    const acme = await anOrganisation()
    const wrong = await signUp()
    await accept(wrong, (await invite(acme)).token)
    await invite(acme, { email: wrong.email })
    expect((await wrong.api('GET', '/account/invitations')).body).to.deep.equal({ data: [] })
  })

  it('done twice with one Idempotency-Key, is answered alike', async () => {
    const acme = await anOrganisation()
    const ada = await signUp()
    const { token } = await invite(acme, { email: ada.email })
    const send = () => ada.api('POST', '/invitations/accept', { token }, { 'Idempotency-Key': 'once' })
    const [first, second] = [await send(), await send()]
    expect([second.status, second.text, second.headers.get('Rolecall-Seq')]).to.deep.equal([
      201,
      first.text,
      first.headers.get('Rolecall-Seq'),
    ])
    expect(told(await accept(ada, token))).to.deep.equal(gone)
  })
})

describe('previewing an invitation', () => {
  it('tells whoever has the mail who invites them where, as what, and until when', async () => {
    const acme = await anOrganisation({ name: 'Ada' })
    const { invitation, email, token } = await invite(acme, { role: 'accounting' })
    const { status, body } = await preview(acme.admin.url, token)
    expect(status).to.equal(200)
    expect(body).to.deep.equal({
      id: invitation.id,
      organisation: { id: acme.id, name: acme.name },
      email,
      role: { id: 'accounting', name: 'Accounting' },
      inviter: { name: 'Ada' },
      sentAt: invitation.sentAt,
      expiresAt: invitation.expiresAt,
      hasAccount: false,
    })
  })
})

describe('declining an invitation', () => {
  it('needs no account, and ends it', async () => {
    const acme = await anOrganisation()
    const { invitation, email, token } = await invite(acme)
    expect((await decline(acme.admin.url, token)).status).to.equal(204)
    const [event] = await lastEvents(acme, 1)
    expect(event.type).to.equal('invitation.declined')
    expect(event.actor.kind).to.equal('system')
    expect(event.data.invitation).to.deep.include({ id: invitation.id, email })
    expect(told(await decline(acme.admin.url, token))).to.deep.equal(gone)
    expect(told(await accept(await signUp({ email }), token))).to.deep.equal(gone)
  })

  it('of one’s own is done in one’s own name', async () => {
    const acme = await anOrganisation()
    const ada = await someoneConfirmed()
    const { invitation } = await invite(acme, { email: ada.email })
    const other = await someoneConfirmed()
    const path = `/account/invitations/${invitation.id}/decline`
    expect(told(await other.api('POST', path))).to.deep.equal(gone)
    expect((await ada.api('POST', path)).status).to.equal(204)
    const [event] = await lastEvents(acme, 1)
    expect([event.type, event.actor.id]).to.deep.equal(['invitation.declined', ada.account.id])
    expect((await ada.api('GET', '/account/invitations')).body.data).to.deep.equal([])
  })
})
