import type { Invitation } from '@rolecall/contract'
import type { InvitationDocument } from './documents.ts'

/** An invitation as those see it who may see the members. */
export function shown(invitation: InvitationDocument): Invitation {
  const { _id, organisation, email, role, status, inviter, createdAt, sentAt, expiresAt } = invitation
  return {
    id: _id,
    organisation,
    email,
    role,
    status,
    inviter: { id: inviter.id, name: inviter.name },
    createdAt: createdAt.toISOString(),
    sentAt: sentAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  }
}

/** An invitation as an event names it that ends it. */
export function named({ _id, email, role, inviter: { id, name } }: InvitationDocument) {
  return { id: _id, email, role, inviter: { id, name } }
}
