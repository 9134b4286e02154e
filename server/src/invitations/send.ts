import type { Me } from '../access/me.ts'
import { type Tx, within } from '../log/tx.ts'
import type { Mails } from '../mail/outbox.ts'
import type { InvitationDocument } from '../members/invited/documents.ts'
import type { OrganisationModels } from '../organisations/documents.ts'
import { refusal } from '../refusal.ts'
import type { RoleModels } from '../roles/documents.ts'
import * as roles from '../roles/role.ts'

const dayMs = 24 * 60 * 60 * 1_000

/** What sending sets of an invitation, for the first time or again. Whoever sends it answers for it from then on. */
export function sentNow(tx: Tx, { account }: Me, expiresInDays: number) {
  const expiresAt = new Date(tx.at.getTime() + expiresInDays * dayMs)
  return { inviter: { id: account.id, name: account.name }, sentAt: tx.at, expiresAt, dueAt: expiresAt }
}

/**
 * Queues the mail. Throws `rate_limited` where this address was sent too many, by whichever organisations: an invitation
 * that nobody can accept helps nobody.
 */
export async function send(
  { models, mails }: { models: RoleModels & Pick<OrganisationModels, 'organisations'>; mails: Mails },
  tx: Tx,
  { email, organisation: id, role, inviter, expiresAt }: InvitationDocument,
  token: string,
): Promise<void> {
  const organisation = await models.organisations.findById(id, { name: 1 }, within(tx)).lean()
  if (organisation === null) throw new Error(`the organisation ${id} has a log and does not exist`)
  const roleName = await roles.names(models, tx, [role])
  const data = {
    token,
    organisation: organisation.name,
    inviter: inviter.name,
    role: roleName(role),
    expiresAt: expiresAt.toISOString(),
  }
  const isQueued = await mails.queue(tx, { to: email, kind: 'invitation', data, expiresAt })
  if (isQueued) return
  throw refusal('rate_limited', {
    retryAfterSeconds: 3_600,
    detail: 'This address was sent as many invitations as it may get for now. Try again later.',
  })
}
