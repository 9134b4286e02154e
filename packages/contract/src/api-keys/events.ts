import { z } from 'zod'
import type { EventDefinitions } from '../event.ts'
import { accountId, apiKeyId, heldRole, shownName, timestamp } from '../fields.ts'
import { shownHint } from './schemas.ts'

const named = z.object({ id: apiKeyId, name: shownName.apiKey })
/** All that decides on what the key may do, and until when, so that it can be read from the event alone. */
const composed = z.object({
  name: shownName.apiKey,
  ...heldRole,
  issuer: z
    .object({ id: accountId, name: shownName.person, ...heldRole, role: heldRole.role.optional() })
    .meta({ description: 'Who answers for it, with the role that they held; without one where they were no member' }),
  generation: z.int().min(1).meta({ description: 'Counts its secrets' }),
  formerUntil: timestamp.optional().meta({ description: 'Until then the secret of before is accepted too' }),
  earlierUntil: z
    .array(timestamp)
    .optional()
    .meta({ description: 'Until then those before that one are accepted too, the newest first' }),
  expiresAt: timestamp.optional(),
})
const audience = 'apikey:manage'

export const apiKeyEvents = {
  'api_key.created': {
    audience,
    summary: 'An API key was issued',
    data: z.object({ key: composed.extend({ id: apiKeyId, hint: shownHint }) }),
  },
  'api_key.updated': {
    audience,
    summary: 'An API key has another name, role, expiry or issuer, or one secret less',
    data: z.object({ key: named, before: composed, after: composed }),
  },
  'api_key.rotated': {
    audience,
    summary: 'An API key has a new secret',
    data: z.object({ key: named.extend({ hint: shownHint }), before: composed, after: composed }),
  },
  'api_key.revoked': {
    audience,
    summary: 'An API key was revoked, and its connections ended',
    data: z.object({ key: named }),
  },
  'api_key.expired': {
    audience,
    summary: 'The time of an API key is over',
    data: z.object({ key: named }),
  },
} as const satisfies EventDefinitions
