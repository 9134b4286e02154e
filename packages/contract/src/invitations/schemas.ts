import { z } from 'zod'
import {
  after,
  email,
  invitationId,
  limit,
  organisationId,
  page,
  role,
  shownEmail,
  shownName,
  timestamp,
} from '../fields.ts'
import { member } from '../members/schemas.ts'
import type { SchemasFor } from '../operation.ts'
import { invitation, invitationStatus } from './fields.ts'
import type { invitations } from './operations.ts'

/** An invitation as whoever is invited sees it. */
export const receivedInvitation = z
  .object({
    id: invitationId,
    organisation: z.object({ id: organisationId, name: shownName.organisation }),
    email: shownEmail,
    role: z.object({ id: role, name: shownName.role }),
    inviter: z.object({ name: shownName.person }),
    sentAt: timestamp,
    expiresAt: timestamp,
  })
  .meta({ id: 'ReceivedInvitation' })

const expiresInDays = z
  .int()
  .min(1)
  .max(30)
  .default(7)
  .meta({ description: 'After so many days it cannot be accepted any more' })
const token = z
  .string()
  .min(1)
  .max(512)
  .meta({ description: 'From the link in the mail', example: 'rvi_Zm9yIGV4YW1wbGUgb25seQ' })

export const invitationSchemas = {
  list: { query: z.object({ after, limit, status: invitationStatus.optional() }), answer: page(invitation) },
  create: { body: z.strictObject({ email, role, expiresInDays }), answer: invitation },
  resend: { body: z.strictObject({ expiresInDays }), answer: invitation },
  revoke: {},
  preview: {
    body: z.strictObject({ token }),
    answer: receivedInvitation.extend({
      hasAccount: z.boolean().meta({ description: 'Whether somebody has an account with the invited address' }),
    }),
  },
  accept: { body: z.strictObject({ token }), answer: member },
  decline: { body: z.strictObject({ token }) },
  mine: { query: z.object({ after, limit }), answer: page(receivedInvitation) },
  acceptMine: { answer: member },
  declineMine: {},
} satisfies SchemasFor<typeof invitations>
