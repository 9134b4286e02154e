import { z } from 'zod'
import { anyEvent, eventsQuery } from '../event.ts'
import { accountId, accountName, email, newPassword, page, password, timestamp } from '../fields.ts'
import type { SchemasFor } from '../operation.ts'
import { organisation } from '../organisations/schemas.ts'
import { refreshCookie, session } from '../sessions/fields.ts'
import type { accounts } from './operations.ts'

export const account = z
  .object({ id: accountId, email: z.string(), name: z.string(), createdAt: timestamp })
  .meta({ id: 'Account' })

export const accountSchemas = {
  create: {
    body: z.strictObject({ email, name: accountName, password: newPassword, cookie: refreshCookie }),
    answer: z.object({ account, organisation, session }),
  },
  read: { answer: account },
  update: { body: z.strictObject({ name: accountName }), answer: account },
  changePassword: { body: z.strictObject({ password, newPassword }) },
  delete: { body: z.strictObject({ password }) },
  events: { query: eventsQuery.omit({ actor: true }), answer: page(anyEvent) },
} satisfies SchemasFor<typeof accounts>
