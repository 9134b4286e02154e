import { z } from 'zod'
import type { EventDefinitions } from '../event.ts'
import { shownName, timestamp, tokenId } from '../fields.ts'

const token = z.object({ id: tokenId, name: shownName.token })

export const tokenEvents = {
  'token.created': {
    audience: 'self',
    summary: 'A token was made',
    data: z.object({ token: token.extend({ expiresAt: timestamp }) }),
  },
  'token.deleted': {
    audience: 'self',
    summary: 'Tokens were revoked, by hand or with the sessions that ended as password or address changed',
    data: z.object({ tokens: z.array(token) }),
  },
} as const satisfies EventDefinitions
