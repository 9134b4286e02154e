import { expect } from 'chai'
import { mailTo } from './mailbox.ts'
import { type Answer, apiOf, type Person, type TestOrganisation, unique } from './people.ts'
import { sharedServer } from './server.ts'
import { serverLog } from './server-log.ts'

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

interface Wanted {
  /** Whoever invites; the Admin where nobody is named. */
  readonly by?: Person
  readonly email?: string
  readonly role?: string
  readonly expiresInDays?: number
}

/** Invites somebody, for whoever does not need the mail, which takes its time. */
export async function inviteOnly(
  organisation: TestOrganisation,
  { by = organisation.admin, email = anAddress(), role = 'developer', ...more }: Wanted = {},
): Promise<Omit<Invited, 'token'>> {
  const { status, text, body } = await by.api('POST', invitationsOf(organisation), { email, role, ...more })
  expect(status, text).to.equal(201)
  return { invitation: body, email }
}

/** Invites somebody, and waits for the mail. */
export async function invite(organisation: TestOrganisation, wanted: Wanted = {}): Promise<Invited> {
  const invited = await inviteOnly(organisation, wanted)
  const { url } = wanted.by ?? organisation.admin
  const { token } = await mailTo(url, invited.email.trim())
  return { ...invited, token }
}

export const accept = (person: Person, token: string) => person.api('POST', '/invitations/accept', { token })
export const preview = (url: string, token: string) => apiOf(url)('POST', '/invitations/preview', { token })
export const decline = (url: string, token: string) => apiOf(url)('POST', '/invitations/decline', { token })

/** Lets the time of invitations of a server, the shared one by default, run out, in this order, and has them marked. */
export async function expire(ids: string | readonly string[], server = sharedServer()): Promise<void> {
  const [{ app }, { expireInvitations }, { models }, { createLogger }] = await Promise.all([
    server,
    import('../../server/src/invitations/expire.ts'),
    import('../../server/src/members/invited/documents.ts'),
    import('../../server/src/logger.ts'),
  ])
  const { invitations } = models(app.connection)
  const now = Date.now()
  for (const [index, _id] of [ids].flat().entries()) {
    const past = new Date(now - 1_000 + index)
    await invitations.updateOne({ _id }, { $set: { expiresAt: past, dueAt: past } })
  }
  const logger = createLogger('debug', serverLog)
  const job = expireInvitations({ models: { invitations }, log: app.log, now: () => new Date(), logger })
  await job.run(new AbortController().signal)
}
