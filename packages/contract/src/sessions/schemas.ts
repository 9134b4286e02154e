import { z } from 'zod'
import { account } from '../accounts/schemas.ts'
import { maxListed } from '../bounds.ts'
import { email, password, whole } from '../fields.ts'
import type { SchemasFor } from '../operation.ts'
import { refreshCookie, session, sessionInfo } from './fields.ts'
import type { sessions } from './operations.ts'

export const sessionSchemas = {
  create: {
    body: z.strictObject({ email, password, cookie: refreshCookie }),
    answer: z.object({ account, session }),
  },
  refresh: {
    body: z.strictObject({ refreshToken: z.string().max(512).optional() }),
    answer: z.object({ session }),
  },
  list: { answer: whole(sessionInfo, maxListed.sessions) },
  endCurrent: {},
  end: {},
  endAll: {},
} satisfies SchemasFor<typeof sessions>
