import { z } from 'zod'
import { sessionId, timestamp } from '../fields.ts'

export const refreshCookie = z.boolean().optional().meta({
  description:
    'For a browser on the server’s own origin: keep the refresh token in an HttpOnly cookie, not in the answer',
})

/** The tokens of a session. `refreshToken` is null where a cookie carries it; `expiresAt` is the access token’s. */
export const session = z
  .object({
    id: sessionId,
    accessToken: z.string(),
    refreshToken: z.string().nullable(),
    expiresAt: timestamp,
  })
  .meta({ id: 'Session' })

/** A session as its owner sees it in a list. */
export const sessionInfo = z
  .object({
    id: sessionId,
    current: z.boolean(),
    userAgent: z.string(),
    createdAt: timestamp,
    lastUsedAt: timestamp,
  })
  .meta({ id: 'SessionInfo' })
