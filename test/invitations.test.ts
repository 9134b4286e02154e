import { builtInRoleIds } from '@rolecall/contract'
import { expect } from 'chai'
import { accept, anAddress, expire, invitationsOf, invite } from './rig/invite.ts'
import { mailTo } from './rig/mailbox.ts'
import { type Answer, anOrganisation, type Person, signUp, type TestOrganisation } from './rig/people.ts'
import { startServer } from './rig/server.ts'
import { aMailServer } from './rig/smtp.ts'

const told = ({ status, body }: Answer) => [status, body?.code]
const create = (by: Person, to: TestOrganisation, email: string, role = 'developer', more = {}) =>
  by.api('POST', invitationsOf(to), { email, role, ...more })
const resend = (by: Person, of: TestOrganisation, invitation: string, more = {}) =>
  by.api('POST', `${invitationsOf(of, invitation)}/resend`, more)
const revoke = (by: Person, of: TestOrganisation, invitation: string) => by.api('DELETE', invitationsOf(of, invitation))
const days = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / (24 * 60 * 60 * 1_000)

async function lastEvent({ admin, id }: TestOrganisation): Promise<Answer['body']> {
  return (await admin.api('GET', `/organisations/${id}/events?limit=200`)).body.data.at(-1)
}

async function listed({ admin, ...organisation }: TestOrganisation, query = ''): Promise<Answer['body'][]> {
  return (await admin.api('GET', `${invitationsOf(organisation)}?limit=200${query}`)).body.data
}

describe('inviting', () => {
  it('sends a mail, and says so in the log and in the list', async () => {
    const acme = await anOrganisation({ name: 'Ada', organisation: `Acme ${anAddress()}` })
    const email = anAddress()
    const { status, headers, body } = await create(acme.admin, acme, ` ${email} `, 'manager')
    expect(status).to.equal(201)
    expect(body).to.deep.include({
      organisation: acme.id,
      email,
      role: 'manager',
      status: 'pending',
      inviter: { id: acme.admin.account.id, name: 'Ada' },
    })
    expect(days(body.sentAt, body.expiresAt)).to.equal(7)
    expect(await lastEvent(acme)).to.deep.include({
      type: 'invitation.created',
      seq: Number(headers.get('Rolecall-Seq')),
      data: { invitation: body },
    })
    expect(await listed(acme)).to.deep.equal([body])
    const { subject, text, token } = await mailTo(acme.admin.url, email)
    expect(subject).to.include('invited')
    expect(text).to.include('Ada').and.to.include('Manager').and.to.include('/invitations#token=rit_')
    expect(token).to.match(/^rit_[\w-]{43}$/)
  })

  it('goes out by a real mail server, with a link to a page of ours that holds the token in its fragment', async () => {
    const mail = await aMailServer()
    const server = await startServer({ env: { ...mail.env } })
    const [acme, ada] = [await anOrganisation({ url: server.url }), await signUp({ url: server.url })]
    await create(acme.admin, acme, ada.email)
    // The first one confirms the address given when signing up.
    const mails = [await mail.next(ada.email), await mail.next(ada.email)]
    const sent = mails.find(({ link }) => link.startsWith(`${server.url}/invitations#token=rit_`))
    expect(sent?.text).to.include(acme.name)
    expect((await accept(ada, sent?.token ?? '')).status).to.equal(201)
    await server.close()
  })

  it('lasts as many days as it says, up to thirty', async () => {
    const acme = await anOrganisation()
    const { body } = await create(acme.admin, acme, anAddress(), 'developer', { expiresInDays: 30 })
    expect(days(body.sentAt, body.expiresAt)).to.equal(30)
    for (const expiresInDays of [0, 31, 1.5, '7']) {
      const answer = await create(acme.admin, acme, anAddress(), 'developer', { expiresInDays })
      expect(told(answer)).to.deep.equal([400, 'invalid_request'])
    }
  })

  it('refuses who is a member already, suspended or not, and what is no address', async () => {
    const acme = await anOrganisation()
    const ada = await acme.add('developer')
    expect(told(await create(acme.admin, acme, ada.email.toUpperCase()))).to.deep.equal([409, 'already_member'])
    await acme.admin.api('POST', `/organisations/${acme.id}/members/${ada.member}/suspend`)
    expect(told(await create(acme.admin, acme, ada.email))).to.deep.equal([409, 'already_member'])
    for (const email of ['nobody', 'a@b@c', 'a＠b@c.example']) {
      expect(told(await create(acme.admin, acme, email)), email).to.deep.equal([400, 'invalid_request'])
    }
  })

  it('refuses an address that is invited already, under any spelling, and lets one of many simultaneous tries through', async () => {
    const acme = await anOrganisation()
    const second = await acme.add('admin')
    const email = anAddress()
    const tries = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        create(index % 2 === 0 ? acme.admin : second, acme, index % 3 === 0 ? email.toUpperCase() : email),
      ),
    )
    const refused = tries.filter(({ status }) => status !== 201)
    expect(refused.map(told)).to.deep.equal(Array.from({ length: 9 }, () => [409, 'already_invited']))
    expect(await listed(acme)).to.have.lengthOf(1)
  })

  it('is possible again once the former invitation has ended, in whatever way', async () => {
    const acme = await anOrganisation()
    const [revoked, expired] = [anAddress(), anAddress()]
    const first = await invite(acme, { email: revoked })
    await revoke(acme.admin, acme, first.invitation.id)
    expect((await create(acme.admin, acme, revoked)).status).to.equal(201)
    const second = await invite(acme, { email: expired })
    await expire(second.invitation.id)
    expect((await create(acme.admin, acme, expired)).status).to.equal(201)
    expect((await listed(acme)).map(({ status }) => status)).to.deep.equal(['revoked', 'pending', 'expired', 'pending'])
  })

  it('E15 is answered alike whether or not the address has an account', async () => {
    const acme = await anOrganisation()
    const { email } = await signUp()
    const [known, unknown] = [await create(acme.admin, acme, email), await create(acme.admin, acme, anAddress())]
    expect(Object.keys(known.body)).to.deep.equal(Object.keys(unknown.body))
    expect([known.status, known.body.status]).to.deep.equal([unknown.status, unknown.body.status])
    const types = (await acme.admin.api('GET', `/organisations/${acme.id}/events?limit=200`)).body.data
    expect(types.slice(-2).map(({ type }: { type: string }) => type)).to.deep.equal([
      'invitation.created',
      'invitation.created',
    ])
  })

  it('done twice with one Idempotency-Key, is one invitation and one mail', async () => {
    const acme = await anOrganisation()
    const body = { email: anAddress(), role: 'developer' }
    const send = () => acme.admin.api('POST', invitationsOf(acme), body, { 'Idempotency-Key': 'once' })
    const [first, second] = [await send(), await send()]
    expect([second.status, second.text]).to.deep.equal([201, first.text])
    expect(second.headers.get('Idempotency-Replayed')).to.equal('true')
    expect(second.text).not.to.include('rit_')
  })
})

describe('listing invitations', () => {
  it('E49 is by pages and by status, and each cursor is good for its own list', async () => {
    const acme = await anOrganisation()
    const ids: string[] = []
    for (let count = 0; count < 4; count += 1) ids.push((await create(acme.admin, acme, anAddress())).body.id)
    await revoke(acme.admin, acme, ids[1] ?? '')
    const page = (query: string) => acme.admin.api('GET', `${invitationsOf(acme)}?${query}`)
    const { body } = await page('status=pending&limit=2')
    expect(body.data.map(({ id }: { id: string }) => id)).to.deep.equal([ids[0], ids[2]])
    const rest = await page(`status=pending&limit=2&after=${body.next}`)
    expect(rest.body.data.map(({ id }: { id: string }) => id)).to.deep.equal([ids[3]])
    expect(rest.body).not.to.have.property('next')
    expect(told(await page(`after=${body.next}`))).to.deep.equal([400, 'invalid_cursor'])
    expect(told(await page('status=sent'))).to.deep.equal([400, 'invalid_request'])
  })
})

describe('sending an invitation again', () => {
  it('E11 rotates the token: the old link fails, the new one holds, and its time begins anew', async () => {
    const acme = await anOrganisation()
    const ada = await signUp()
    const { invitation, token: old } = await invite(acme, { email: ada.email, expiresInDays: 1 })
    const second = await acme.add('admin')
    const { status, body } = await resend(second, acme, invitation.id, { expiresInDays: 14 })
    expect(status).to.equal(200)
    expect(days(body.sentAt, body.expiresAt)).to.equal(14)
    expect(body.inviter.id, 'whoever sends it answers for it').to.equal(second.account.id)
    expect(await lastEvent(acme)).to.deep.include({ type: 'invitation.resent', data: { invitation: body } })
    const { token } = await mailTo(ada.url, ada.email)
    expect(token).not.to.equal(old)
    expect(told(await accept(ada, old))).to.deep.equal([404, 'invitation_not_found'])
    expect((await accept(ada, token)).status).to.equal(201)
  })

  it('is refused once it has ended', async () => {
    const acme = await anOrganisation()
    for (const end of [expire, (id: string) => revoke(acme.admin, acme, id)]) {
      const { invitation } = await invite(acme)
      await end(invitation.id)
      expect(told(await resend(acme.admin, acme, invitation.id))).to.deep.equal([409, 'invitation_ended'])
    }
  })
})

describe('withdrawing an invitation', () => {
  it('makes its link fail, and done twice is done once', async () => {
    const acme = await anOrganisation()
    const ada = await signUp()
    const { invitation, token } = await invite(acme, { email: ada.email })
    expect((await revoke(acme.admin, acme, invitation.id)).status).to.equal(204)
    expect(told(await accept(ada, token))).to.deep.equal([404, 'invitation_not_found'])
    const { id, email, role, inviter } = invitation
    const event = await lastEvent(acme)
    expect(event).to.deep.include({
      type: 'invitation.revoked',
      data: { invitation: { id, email, role, inviter }, reason: 'revoked' },
    })
    expect((await revoke(acme.admin, acme, invitation.id)).status).to.equal(204)
    expect(await lastEvent(acme)).to.deep.equal(event)
  })

  it('is refused where it was accepted', async () => {
    const acme = await anOrganisation()
    const ada = await signUp()
    const { invitation, token } = await invite(acme, { email: ada.email })
    await accept(ada, token)
    expect(told(await revoke(acme.admin, acme, invitation.id))).to.deep.equal([409, 'invitation_ended'])
  })

  it('E03 E05 asks, as do inviting and sending again, whether one could give its role', async () => {
    const acme = await anOrganisation()
    const manager = await acme.add('manager')
    for (const role of builtInRoleIds) {
      const may = role !== 'admin'
      const refusal = [403, 'forbidden']
      const { invitation } = await invite(acme, { role })
      expect(told(await create(manager, acme, anAddress(), role)), role).to.deep.equal(may ? [201, undefined] : refusal)
      expect(told(await resend(manager, acme, invitation.id)), role).to.deep.equal(may ? [200, undefined] : refusal)
      expect(told(await revoke(manager, acme, invitation.id)), role).to.deep.equal(may ? [204, undefined] : refusal)
    }
  })
})

describe('an invitation of another organisation', () => {
  it('E10 named in the path is answered, byte for byte, as one that does not exist', async () => {
    const [acme, other] = [await anOrganisation(), await anOrganisation()]
    const { invitation } = await invite(other)
    for (const send of [
      (id: string) => resend(acme.admin, acme, id),
      (id: string) => revoke(acme.admin, acme, id),
      (id: string) => acme.admin.api('POST', `/account/invitations/${id}/accept`),
    ]) {
      const [foreign, none] = [await send(invitation.id), await send('inv_00000000000000000000000000')]
      expect([foreign.status, foreign.text]).to.deep.equal([none.status, none.text])
    }
    expect((await listed(other)).map(({ status }) => status)).to.deep.equal(['pending'])
  })
})
