import { z } from 'zod'
import { accountId, after, email, limit, memberId, organisationId, page, role, timestamp } from '../fields.ts'
import type { SchemasFor } from '../operation.ts'
import type { members } from './operations.ts'

/** A membership: an account in an organisation with one role. */
export const member = z
  .object({
    id: memberId,
    organisation: organisationId,
    account: z.object({ id: accountId, name: z.string(), email: z.string() }),
    role,
    status: z.enum(['active', 'suspended']).meta({ description: 'A suspended member has no access' }),
    since: timestamp,
  })
  .meta({ id: 'Member' })

export const memberSchemas = {
  list: { query: z.object({ after, limit }), answer: page(member) },
  add: { body: z.strictObject({ email, role }), answer: member },
  read: { answer: member },
  changeRole: { body: z.strictObject({ role }), answer: member },
  remove: {},
} satisfies SchemasFor<typeof members>
