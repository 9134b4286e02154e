import { z } from 'zod'
import { accountId, after, limit, organisationId, organisationName, page, role, timestamp } from '../fields.ts'
import type { SchemasFor } from '../operation.ts'
import type { organisations } from './operations.ts'

/** An organisation as a member sees it; `role` is the reader’s own. */
export const organisation = z
  .object({
    id: organisationId,
    name: z.string(),
    personal: z.boolean(),
    owner: accountId.nullable().meta({ description: 'Whose personal organisation it is' }),
    role,
    createdAt: timestamp,
  })
  .meta({ id: 'Organisation' })

export const organisationSchemas = {
  list: { query: z.object({ after, limit }), answer: page(organisation) },
  create: { body: z.strictObject({ name: organisationName }), answer: organisation },
  read: { answer: organisation },
  update: { body: z.strictObject({ name: organisationName }), answer: organisation },
  delete: {},
} satisfies SchemasFor<typeof organisations>
