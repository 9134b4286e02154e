import { z } from 'zod'
import { maxListed } from '../bounds.ts'
import {
  accountId,
  anyPermission,
  apiKeyId,
  apiKeyName,
  organisationId,
  role,
  shownName,
  timestamp,
  whole,
} from '../fields.ts'
import type { SchemasFor } from '../operation.ts'
import type { apiKeys } from './operations.ts'

export const shownHint = z
  .string()
  .meta({ description: 'How the secret begins, and its last four characters', example: 'rck_…x7Qp' })

/** An API key as those see it who manage them. */
export const apiKey = z
  .object({
    id: apiKeyId,
    organisation: organisationId,
    name: shownName.apiKey,
    role,
    status: z.enum(['active', 'narrowed', 'paused']).meta({
      description:
        '`active`: it may do what its role permits; `narrowed`: only what its issuer may still grant of that; `paused`: its issuer may grant nothing any more, and it is refused until somebody takes it over',
    }),
    permissions: z.array(anyPermission).meta({ description: 'What it may do at present' }),
    issuer: z
      .object({ id: accountId, name: shownName.person })
      .meta({ description: 'Who answers for it: whoever issued, changed or rotated it last' }),
    hint: shownHint,
    formers: z.array(z.object({ hint: shownHint, expiresAt: timestamp })).meta({
      description: 'Secrets of before it was rotated, while they are accepted: the newest first, three at most',
    }),
    createdAt: timestamp,
    expiresAt: timestamp.optional().meta({ description: 'Absent where it does not expire' }),
    lastUsedAt: timestamp.optional().meta({ description: 'To the minute; absent while it was never used' }),
  })
  .meta({ id: 'ApiKey' })

const secret = z
  .string()
  .optional()
  .meta({ description: 'Shown this once: not again, and not in the repeated answer to an Idempotency-Key' })
const expiresInDays = z.int().min(1).max(366).nullable().meta({ description: 'From now on; null for never' })

export const apiKeySchemas = {
  list: { answer: whole(apiKey, maxListed.apiKeys) },
  create: {
    body: z.strictObject({ name: apiKeyName, role, expiresInDays: expiresInDays.default(90) }),
    answer: apiKey.extend({ secret }),
  },
  get: { answer: apiKey },
  update: {
    body: z.strictObject({
      name: apiKeyName.optional(),
      role: role.optional(),
      expiresInDays: expiresInDays.optional(),
    }),
    answer: apiKey,
  },
  rotate: {
    body: z.strictObject({
      overlapHours: z.number().min(0).max(168).default(24).meta({
        description: 'Former secrets are accepted for so long at most; 0 ends them, and their connections, at once',
      }),
      expiresInDays: expiresInDays.optional(),
    }),
    answer: apiKey.extend({ secret }),
  },
  delete: {},
} satisfies SchemasFor<typeof apiKeys>
