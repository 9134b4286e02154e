import { z } from 'zod'
import { maxListed } from '../bounds.ts'
import { password, shownName, timestamp, tokenId, tokenName, whole } from '../fields.ts'
import type { SchemasFor } from '../operation.ts'
import type { tokens } from './operations.ts'

/** A token as its owner sees it. */
export const accessToken = z
  .object({
    id: tokenId,
    name: shownName.token,
    createdAt: timestamp,
    lastUsedAt: timestamp.optional().meta({ description: 'To the minute; absent while it was never used' }),
    expiresAt: timestamp,
  })
  .meta({ id: 'AccessToken' })

export const tokenSchemas = {
  list: { answer: whole(accessToken, maxListed.tokens) },
  create: {
    body: z.strictObject({
      name: tokenName,
      expiresInDays: z.int().min(1).max(366).default(90),
      password: password.optional().meta({
        description:
          'Needed where one has signed in more than an hour ago (`password_needed`): a token outlives the session',
        example: 'correct horse battery',
      }),
    }),
    answer: accessToken.extend({
      token: z
        .string()
        .optional()
        .meta({ description: 'Shown this once: not again, and not in the repeated answer to an Idempotency-Key' }),
    }),
  },
  delete: {},
} satisfies SchemasFor<typeof tokens>
