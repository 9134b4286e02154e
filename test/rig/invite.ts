import { expect } from 'chai'
import { mailTo } from './mailbox.ts'
import { type Answer, apiOf, type Person, type TestOrganisation, unique } from './people.ts'
import { sharedServer } from './server.ts'

export interface Invited {
  /** As it was answered. */
  readonly invitation: Answer['body']
  readonly email: string
  /** Of the mail. */
  readonly token: string
}

export const invitationsOf = ({ id }: { readonly id: string }, invitation = '') =>
  `/organisations/${id}/invitations${invitation === '' ? '' : `/${invitation}`}`

export const anAddress = () => `${unique('invited').replace(' ', '-')}@example.com`

/** Invites somebody, and waits for the mail. */
export async function invite(
  organisation: TestOrganisation,
  {
    by = organisation.admin,
    email = anAddress(),
    role = 'developer',
    ...more
  }: { by?: Person; email?: string; role?: string; expiresInDays?: number } = {},
): Promise<Invited> {
  const { status, text, body } = await by.api('POST', invitationsOf(organisation), { email, role, ...more })
  expect(status, text).to.equal(201)
  const { token } = await mailTo(by.url, email.trim())
  return { invitation: body, email, token }
}

export const accept = (person: Person, token: string) => person.api('POST', '/invitations/accept', { token })
export const preview = (url: string, token: string) => apiOf(url)('POST', '/invitations/preview', { token })
export const decline = (url: string, token: string) => apiOf(url)('POST', '/invitations/decline', { token })

/** Lets the time of an invitation of the shared server run out, and has it marked. */
export async function expire(invitation: string): Promise<void> {
  const [{ app }, { expireInvitations }, { models }] = await Promise.all([
    sharedServer(),
    import('../../server/src/invitations/expire.ts'),
    import('../../server/src/members/invited/documents.ts'),
  ])
  const { invitations } = models(app.connection)
  const past = new Date(Date.now() - 1)
  await invitations.updateOne({ _id: invitation }, { $set: { expiresAt: past, dueAt: past } })
  await expireInvitations({ models: { invitations }, log: app.log, now: () => new Date() }).run(
    new AbortController().signal,
  )
}
