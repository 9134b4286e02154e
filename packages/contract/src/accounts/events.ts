import { z } from 'zod'
import type { EventDefinitions } from '../event.ts'
import { shownEmail, shownName } from '../fields.ts'

const named = z.object({ name: shownName.person })
const withEmail = z.object({ email: shownEmail })

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
  'account.password_reset': {
    audience: 'self',
    summary: 'The password was set anew by a token that was mailed; all sessions ended',
    data: z.object({}),
  },
  'account.email_verified': {
    audience: 'self',
    summary: 'The address was confirmed by a token that was mailed there; all other sessions ended',
    data: withEmail,
  },
  'account.email_changed': {
    audience: 'self',
    summary: 'The account has another address, which is confirmed; all other sessions ended',
    data: z.object({ before: withEmail, after: withEmail }),
  },
  'account.deleted': { audience: 'self', summary: 'The account was deleted', data: z.object({}) },
} as const satisfies EventDefinitions
