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
    summary: 'Tokens were revoked: by hand, as password or address changed, or with all sessions',
    data: z.object({ tokens: z.array(token) }),
  },
} as const satisfies EventDefinitions
