import { z } from 'zod'
import {
  accountId,
  after,
  email,
  limit,
  memberId,
  organisationId,
  page,
  role,
  shownEmail,
  shownName,
  timestamp,
} from '../fields.ts'
import { invitation } from '../invitations/fields.ts'
import type { SchemasFor } from '../operation.ts'
import { maxBatch } from './batch.ts'
import type { members } from './operations.ts'

const memberStatus = z.enum(['active', 'suspended']).meta({ description: 'A suspended member has no access' })

/** A membership: an account in an organisation with one role. */
export const member = z
  .object({
    id: memberId,
    organisation: organisationId,
    account: z.object({ id: accountId, name: shownName.person, email: shownEmail }),
    role,
    status: memberStatus,
    since: timestamp,
  })
  .meta({ id: 'Member' })

const filters = {
  q: z.string().max(100).optional().meta({
    description: 'Words with which those of name or email begin, all of them; case and accents do not matter',
  }),
  role: role.optional(),
  status: memberStatus.optional(),
  sort: z
    .enum(['since', 'name', 'role'])
    .default('since')
    .meta({ description: 'By `role`: Admin, Manager, Developer, Accounting, custom roles' }),
  order: z.enum(['asc', 'desc']).default('asc'),
}

const include = z
  .literal('invitations')
  .optional()
  .meta({ description: 'The first page tells, in `invitations`, who is invited and has not answered' })

const id = memberId.max(64)
const change = z.union(
  [
    z.strictObject({ member: id, role }),
    z.strictObject({ member: id, action: z.enum(['remove', 'suspend', 'resume']) }),
  ],
  'must be {member, role} or {member, action: remove, suspend or resume}',
)

export const memberSchemas = {
  list: {
    query: z.object({ after, limit, ...filters, include }),
    answer: page(member).extend({ invitations: z.array(invitation).optional() }),
  },
  add: { body: z.strictObject({ email, role }), answer: member },
  read: { answer: member },
  changeRole: { body: z.strictObject({ role }), answer: member },
  remove: {},
  suspend: { answer: member },
  resume: { answer: member },
  batch: {
    body: z.strictObject({ changes: z.array(change).min(1).max(maxBatch) }),
    answer: z.object({
      data: z.array(member).meta({ description: 'The members as they are now, without those who were removed' }),
    }),
  },
  transfer: {
    body: z.strictObject({ member: id }),
    answer: z.object({ admin: member, former: member.meta({ description: 'Who handed over, now Manager' }) }),
  },
} satisfies SchemasFor<typeof members>
