import { z } from 'zod'
import type { EventDefinitions } from '../event.ts'
import { sessionId } from '../fields.ts'

export const sessionEvents = {
  'session.started': {
    audience: 'self',
    summary: 'Somebody signed in',
    data: z.object({ session: sessionId, userAgent: z.string().meta({ example: 'Mozilla/5.0' }) }),
  },
  'session.ended': {
    audience: 'self',
    summary: 'Sessions ended; their tokens are refused from here on',
    data: z.object({
      sessions: z.array(sessionId),
      reason: z.enum([
        'signed_out',
        'ended',
        'too_many_sessions',
        'password_changed',
        'password_reset',
        'email_verified',
        'email_changed',
        'refresh_token_reused',
        'account_deleted',
      ]),
    }),
  },
} as const satisfies EventDefinitions
