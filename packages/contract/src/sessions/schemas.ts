import { z } from 'zod'
import { account } from '../accounts/schemas.ts'
import { email, page, password, sessionId, timestamp } from '../fields.ts'
import type { SchemasFor } from '../operation.ts'
import { refreshCookie, session } from './fields.ts'
import type { sessions } from './operations.ts'

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

export const sessionSchemas = {
  create: {
    body: z.strictObject({ email, password, cookie: refreshCookie }),
    answer: z.object({ account, session }),
  },
  refresh: {
    body: z.strictObject({ refreshToken: z.string().max(512).optional() }),
    answer: z.object({ session }),
  },
  list: { answer: page(sessionInfo) },
  endCurrent: {},
  end: {},
  endAll: {},
} satisfies SchemasFor<typeof sessions>
