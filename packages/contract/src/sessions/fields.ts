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
    accessToken: z.string().meta({ example: 'eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl' }),
    refreshToken: z.string().nullable().meta({ example: 'rrt_Zm9yIGV4YW1wbGUgb25seQ' }),
    expiresAt: timestamp,
  })
  .meta({ id: 'Session' })

/** A session as its owner sees it in a list. */
export const sessionInfo = z
  .object({
    id: sessionId,
    current: z.boolean(),
    userAgent: z.string().meta({ example: 'Mozilla/5.0 (X11; Linux x86_64)' }),
    createdAt: timestamp,
    lastUsedAt: timestamp,
  })
  .meta({ id: 'SessionInfo' })
