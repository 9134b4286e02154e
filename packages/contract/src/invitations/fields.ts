import { z } from 'zod'
import { accountId, invitationId, organisationId, role, shownEmail, shownName, timestamp } from '../fields.ts'

export const invitationStatus = z
  .enum(['pending', 'accepted', 'declined', 'revoked', 'expired'])
  .meta({ description: 'Only a pending one can be accepted, and nothing becomes pending again' })

/** An invitation as those see it who may see the members. */
export const invitation = z
  .object({
    id: invitationId,
    organisation: organisationId,
    email: shownEmail,
    role,
    status: invitationStatus,
    inviter: z
      .object({ id: accountId, name: shownName.person })
      .meta({ description: 'Who sent it last, and must still be able to give this role when it is accepted' }),
    createdAt: timestamp,
    sentAt: timestamp,
    expiresAt: timestamp,
  })
  .meta({ id: 'Invitation' })
