import { z } from 'zod'
import type { EventDefinitions } from '../event.ts'

const named = z.object({ name: z.string() })

export const accountEvents = {
  'account.created': { audience: 'self', summary: 'The account was created', data: named },
  'account.updated': {
    audience: 'self',
    summary: 'The account has another name',
    data: z.object({ before: named, after: named }),
  },
  'account.password_changed': {
    audience: 'self',
    summary: 'The password was changed; all other sessions ended',
    data: z.object({}),
  },
  'account.deleted': { audience: 'self', summary: 'The account was deleted', data: z.object({}) },
} as const satisfies EventDefinitions
