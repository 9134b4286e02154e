import { expect } from 'chai'
import { removeExpired } from '../server/src/jobs/remove-expired.ts'
import { models } from '../server/src/members/invited/documents.ts'
import { confirmed } from './rig/account.ts'
import { aPerson, until } from './rig/client.ts'
import { accept, anAddress, decline, expire, invitationsOf, invite, preview } from './rig/invite.ts'
import { mailTo } from './rig/mailbox.ts'
import { type Answer, anOrganisation, apiOf, type Person, signUp } from './rig/people.ts'
import { sharedServer, startServer } from './rig/server.ts'
import { logged } from './rig/server-log.ts'
import { untilNone } from './rig/until-none.ts'

const told = ({ status, body }: Answer) => [status, body?.code]
const gone = [404, 'invitation_not_found']
const dayMs = 24 * 60 * 60 * 1_000

describe('the time of an invitation', () => {
  it('runs out: it cannot be accepted from that moment on, marked or not, and the log says so once', async () => {
    let offsetMs = 0
    const server = await startServer({ now: () => new Date(Date.now() + offsetMs) })
    const acme = await anOrganisation({ url: server.url })
    const ada = await signUp({ url: server.url })
    const { invitation, email, token } = await invite(acme, { email: ada.email })
    const signIn = async ({ email: address, password }: Person) => {
      const { body } = await apiOf(server.url)('POST', '/sessions', { email: address, password })
      return apiOf(server.url, body.session.accessToken)
    }
    offsetMs = 7 * dayMs - 60_000
    expect((await preview(server.url, token)).status).to.equal(200)
    offsetMs = 7 * dayMs + 1_000
    // The job may not have come by yet, and need not.
    const [admin, invited] = [await signIn(acme.admin), await signIn(ada)]
    expect(told(await preview(server.url, token))).to.deep.equal(gone)
    expect(told(await invited('POST', '/invitations/accept', { token }))).to.deep.equal(gone)
    expect(told(await admin('POST', `${invitationsOf(acme, invitation.id)}/resend`, {}))).to.deep.equal([
      409,
      'invitation_ended',
    ])
    const again = await admin('POST', invitationsOf(acme), { email, role: 'developer' })
    expect(again.status, again.text).to.equal(201)
    const { body } = await admin('GET', `/organisations/${acme.id}/events?limit=200&type=invitation.expired`)
    expect(body.data.map((event: Answer['body']) => event.data.invitation.id)).to.deep.equal([invitation.id])
    const statuses = (await admin('GET', invitationsOf(acme))).body.data.map((one: Answer['body']) => one.status)
    expect(statuses).to.deep.equal(['expired', 'pending'])
    await server.close()
  })

  it('does not end with the invitation: how it ended can be read for 90 days', async () => {
    const acme = await anOrganisation()
    const [ada, bob] = [await signUp(), await signUp()]
    const [accepted, expired] = [await invite(acme, { email: ada.email }), await invite(acme)]
    const [declined, withdrawn] = [await invite(acme, { email: bob.email }), await invite(acme)]
    const kept = await invite(acme)
    const before = Date.now()
    await accept(ada, accepted.token)
    await decline(bob.url, declined.token)
    await acme.admin.api('DELETE', invitationsOf(acme, withdrawn.invitation.id))
    await expire(expired.invitation.id)
    const after = Date.now()
    const { invitations } = models((await sharedServer()).app.connection)
    const remove = (at: number) =>
      removeExpired({ invitations }, () => new Date(at), 'removeAt').run(new AbortController().signal)
    const shown = async () =>
      (await acme.admin.api('GET', invitationsOf(acme))).body.data.map(({ status }: Answer['body']) => status)
    const ended = ['accepted', 'expired', 'declined', 'revoked', 'pending']
    await remove(before + 90 * dayMs - 1)
    expect(await shown()).to.deep.equal(ended)
    await remove(after + 90 * dayMs)
    expect(await shown()).to.deep.equal(['pending'])
    expect((await preview(ada.url, kept.token)).status).to.equal(200)
    expect(told(await accept(ada, accepted.token))).to.deep.equal(gone)
  })

  it('rests while the organisation is deleted: nothing is marked, and nothing else waits for it', async () => {
    const [acme, other] = [await anOrganisation(), await anOrganisation()]
    const [{ invitation }, second] = [await invite(acme), await invite(other)]
    await acme.admin.api('DELETE', `/organisations/${acme.id}`)
    await expire(invitation.id)
    await expire(second.invitation.id)
    const { invitations } = models((await sharedServer()).app.connection)
    const found = await invitations.find({ organisation: acme.id }).lean()
    expect(found.map(({ status, dueAt }) => [status, dueAt > new Date()])).to.deep.equal([['pending', true]])
    const { body } = await other.admin.api('GET', invitationsOf(other))
    expect(body.data[0].status).to.equal('expired')
  })
})

describe('an invitation that the server can make nothing of', () => {
  it('keeps no other from being told of or marked', async () => {
    const server = await startServer()
    const { url } = server
    const { invitations } = models(server.app.connection)
    const [acme, other] = [await anOrganisation({ url }), await anOrganisation({ url })]
    const [ada, grace] = [await confirmed(await signUp({ url })), await confirmed(await signUp({ url }))]
    const first = await invite(acme, { email: ada.email })
    await invitations.collection.updateOne(
      { _id: first.invitation.id },
      { $set: { notice: 'due' }, $unset: { inviter: 1 } },
    )
    const second = await invite(other, { email: grace.email })
    await untilNone(invitations.collection, { _id: second.invitation.id, notice: 'due' })
    const { body } = await grace.api('GET', '/account/events?type=invitation.received')
    expect(body.data).to.have.length(1)
    await logged(new RegExp(`notify invited people.*${first.invitation.id}.*a job could not`))

    await expire([first.invitation.id, second.invitation.id], Promise.resolve(server))
    const found = await invitations.find({}, { status: 1 }).sort({ _id: 1 }).lean()
    expect(found.map(({ status }) => status)).to.deep.equal(['pending', 'expired'])
    await logged(new RegExp(`expire invitations.*${acme.id}.*a job could not`))
    await server.close()
  })
})

describe('whoever is invited', () => {
  it('finds it in the log of their account, if its address is confirmed', async () => {
    const ada = await signUp()
    const { invitations } = models((await sharedServer()).app.connection)
    const former = await invite(await anOrganisation(), { email: ada.email })
    // Before its acceptance confirms the address: else it may be told of after all.
    await untilNone(invitations.collection, { _id: former.invitation.id, notice: 'due' })
    await accept(ada, former.token)
    const acme = await anOrganisation({ name: 'Grace' })
    const { invitation } = await invite(acme, { email: ada.email, role: 'manager' })
    await untilNone(invitations.collection, { _id: invitation.id, notice: 'due' })
    const { body } = await ada.api('GET', '/account/events?type=invitation.received')
    expect(body.data.map(({ actor, data }: Answer['body']) => ({ kind: actor.kind, ...data }))).to.deep.equal([
      {
        kind: 'system',
        invitation: { id: invitation.id, role: { id: 'manager', name: 'Manager' } },
        organisation: { id: acme.id, name: acme.name },
        inviter: { name: 'Grace' },
      },
    ])
  })
})

describe('invitations in the SDK', () => {
  it('are kept exact from the first use on, through every way of ending', async () => {
    const { rolecall, account } = await aPerson()
    const { id: organisation } = await rolecall.organisations.create({ name: anAddress() })
    const { url } = await sharedServer()
    const addresses = Array.from({ length: 5 }, anAddress)
    const [early, ...late] = addresses
    await rolecall.invitations.create({ organisation, email: early ?? '', role: 'developer' })
    const view = rolecall.live(organisation).invitations
    await view.ready
    expect(view.rows.map(({ email }) => email)).to.deep.equal([early])
    for (const email of late) await rolecall.invitations.create({ organisation, email, role: 'manager' })
    await until(view, ({ rows }) => rows.length === addresses.length)
    const [first, second, third, fourth, fifth] = view.rows
    if (first === undefined || second === undefined || third === undefined || fourth === undefined) throw new Error()

    const sent = await rolecall.invitations.resend({ organisation, invitation: first.id, expiresInDays: 30 })
    await until(view, ({ rows }) => rows[0]?.expiresAt === sent.expiresAt)
    await rolecall.invitations.revoke({ organisation, invitation: first.id })
    await decline(url, (await mailTo(url, second.email)).token)
    await expire(third.id)
    const invited = await signUp({ email: fourth.email })
    await accept(invited, (await mailTo(url, fourth.email)).token)
    await until(view, ({ rows }) => rows.length === 1)
    expect(view.rows.map(({ id }) => id)).to.deep.equal([fifth?.id])
    expect(view.rows[0]?.inviter.id).to.equal(account.id)

    const listed: string[] = []
    for await (const { status } of rolecall.invitations.list({ organisation })) listed.push(status)
    expect(listed).to.deep.equal(['revoked', 'declined', 'expired', 'accepted', 'pending'])
  })
})
