import { z } from 'zod'
import {
  accountId,
  after,
  description,
  invitationId,
  limit,
  memberId,
  organisationId,
  organisationName,
  page,
  role,
  shownDescription,
  shownEmail,
  shownName,
  timestamp,
} from '../fields.ts'
import type { SchemasFor } from '../operation.ts'
import type { organisations } from './operations.ts'

const heldName = z.object({ name: shownName.organisation, heldUntil: timestamp })

/** An organisation as a member sees it; `role` is the reader’s own. */
export const organisation = z
  .object({
    id: organisationId,
    name: shownName.organisation,
    description: shownDescription,
    personal: z.boolean(),
    owner: accountId.nullable().meta({ description: 'Whose personal organisation it is' }),
    role,
    roleName: z.string().meta({ description: 'The name of that role', example: 'Developer' }),
    developersSeeMembers: z.boolean().meta({ description: 'Whether Developers see who is a member' }),
    createdAt: timestamp,
    heldNames: z
      .array(heldName)
      .optional()
      .meta({ description: 'Former names that nobody else can take yet; for who may rename, read by itself' }),
    deletedAt: timestamp.optional().meta({ description: 'Only of a deleted one' }),
    restorableUntil: timestamp.optional().meta({ description: 'Only of a deleted one: restorable before this time' }),
  })
  .meta({ id: 'Organisation' })

const deleted = z
  .enum(['true', 'false'])
  .optional()
  .meta({ description: '`true`: the deleted organisations that one can restore, instead of those that are there' })

const invited = z.array(z.object({ id: invitationId, email: shownEmail }))

const restored = z.object({
  organisation,
  missing: z
    .array(z.object({ id: memberId, account: z.object({ id: accountId, name: shownName.person }), role }))
    .meta({ description: 'Members who deleted their accounts meanwhile; they are members no more' }),
  expiredInvitations: invited.meta({ description: 'Invitations whose time ran out meanwhile' }),
  revokedInvitations: invited.meta({ description: 'Invitations that ended because their sender is missing' }),
})

export const organisationSchemas = {
  list: { query: z.object({ after, limit, deleted }), answer: page(organisation) },
  create: {
    body: z.strictObject({ name: organisationName, description: description.default('') }),
    answer: organisation,
  },
  read: { answer: organisation },
  update: {
    body: z.strictObject({
      name: organisationName.optional(),
      description: description.optional(),
      developersSeeMembers: z.boolean().optional(),
    }),
    answer: organisation,
  },
  delete: {},
  restore: { answer: restored },
} satisfies SchemasFor<typeof organisations>
