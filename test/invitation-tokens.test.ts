import { expect } from 'chai'
import { accept, decline, expire, invitationsOf, invite, preview } from './rig/invite.ts'
import { mailTo } from './rig/mailbox.ts'
import { type Answer, anOrganisation, type Person, signUp, type TestOrganisation } from './rig/people.ts'
import { loggedLines } from './rig/server-log.ts'

const told = ({ status, body }: Answer) => [status, body?.code]
const gone = [404, 'invitation_not_found']

async function membersOf({ admin, id }: TestOrganisation): Promise<Answer['body'][]> {
  return (await admin.api('GET', `/organisations/${id}/members?limit=200`)).body.data
}

/** Somebody whose address is confirmed: they have accepted an invitation before. */
async function someoneConfirmed(): Promise<Person> {
  const person = await signUp()
  const { token } = await invite(await anOrganisation(), { email: person.email })
  expect((await accept(person, token)).status).to.equal(201)
  return person
}

describe('E14 a token that is no good', () => {
  it('cannot be told from another: unknown, used, withdrawn, expired, rotated, declined, or of somebody else', async () => {
    const acme = await anOrganisation()
    const [ada, member] = [await someoneConfirmed(), await signUp()]
    const tokens: Record<string, string> = {
      unknown: `rit_${'A'.repeat(43)}`,
      nonsense: '\u0000',
      long: 'x'.repeat(512),
    }
    tokens.foreign = (await invite(acme)).token
    tokens.refresh = String(ada.session.refreshToken)
    const used = await invite(acme, { email: member.email })
    await accept(member, used.token)
    tokens.used = used.token
    const ends: Record<string, (id: string, token: string) => Promise<unknown>> = {
      revoked: (id) => acme.admin.api('DELETE', invitationsOf(acme, id)),
      expired: (id) => expire(id),
      declined: (_, token) => decline(ada.url, token),
      rotated: (id) => acme.admin.api('POST', `${invitationsOf(acme, id)}/resend`, {}),
    }
    for (const [name, end] of Object.entries(ends)) {
      const { invitation, token } = await invite(acme, { email: ada.email })
      await end(invitation.id, token)
      tokens[name] = token
    }
    const answers = new Map<string, string[]>()
    for (const [name, token] of Object.entries(tokens)) {
      const [accepted, previewed, declined] = [
        await accept(ada, token),
        name === 'foreign' ? undefined : await preview(ada.url, token),
        name === 'foreign' ? undefined : await decline(ada.url, token),
      ]
      for (const one of [accepted, previewed, declined]) {
        if (one !== undefined) answers.set(one.text, [...(answers.get(one.text) ?? []), name])
        if (one !== undefined) expect(told(one), name).to.deep.equal(gone)
      }
    }
    expect([...answers.keys()]).to.have.lengthOf(1)
    expect((await membersOf(acme)).map(({ account }) => account.id)).not.to.include(ada.account.id)
  })

  it('is also that of an organisation that was deleted', async () => {
    const acme = await anOrganisation()
    const ada = await someoneConfirmed()
    const { invitation, token } = await invite(acme, { email: ada.email })
    await acme.admin.api('DELETE', `/organisations/${acme.id}`)
    const none = await accept(ada, 'unknown')
    for (const answer of [
      await accept(ada, token),
      await preview(ada.url, token),
      await decline(ada.url, token),
      await ada.api('POST', `/account/invitations/${invitation.id}/accept`),
      await ada.api('POST', `/account/invitations/${invitation.id}/decline`),
    ]) {
      expect([answer.status, answer.text]).to.deep.equal([404, none.text])
    }
    expect((await ada.api('GET', '/account/invitations')).body.data).to.deep.equal([])
  })

  it('E11 stands in no list, log line, event or answer, nor does its hash', async () => {
    const acme = await anOrganisation()
    const ada = await signUp()
    const { invitation, token } = await invite(acme, { email: ada.email })
    await preview(ada.url, token)
    await acme.admin.api('POST', `${invitationsOf(acme, invitation.id)}/resend`, {})
    const { token: second } = await mailTo(ada.url, ada.email)
    await accept(ada, token)
    const accepted = await accept(ada, second)
    const read = [
      accepted,
      await acme.admin.api('GET', invitationsOf(acme)),
      await acme.admin.api('GET', `/organisations/${acme.id}/events?limit=200`),
      await ada.api('GET', '/account/events?limit=200'),
      await ada.api('GET', '/account/invitations'),
    ]
    for (const text of [...read.map(({ text: one }) => one), ...loggedLines()]) {
      expect(text).not.to.include(token).and.not.to.include(second)
      expect(text).not.to.match(/token_?hash/i)
    }
  })
})
