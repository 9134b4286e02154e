import { z } from 'zod'
import type { EventDefinitions } from '../event.ts'
import { organisationId, timestamp } from '../fields.ts'

const named = z.object({ name: z.string() })

export const organisationEvents = {
  'organisation.created': {
    audience: 'organisation:read',
    summary: 'The organisation was created',
    data: z.object({ organisation: z.object({ id: organisationId, name: z.string(), personal: z.boolean() }) }),
  },
  'organisation.renamed': {
    audience: 'organisation:read',
    summary: 'The organisation has another name',
    data: z.object({ before: named, after: named }),
  },
  'organisation.deleted': {
    audience: 'organisation:read',
    summary: 'The organisation was deleted; everyone’s access ends',
    data: z.object({
      organisation: z.object({ id: organisationId, name: z.string() }),
      reason: z.enum(['deleted', 'account_deleted']),
      nameHeldUntil: timestamp,
    }),
  },
} as const satisfies EventDefinitions
