import { z } from 'zod'
import type { EventDefinitions } from '../event.ts'
import { accountId, shownName, timestamp, webhookId } from '../fields.ts'
import { composition, shownUrl, stopReason } from './fields.ts'

const named = z.object({ id: webhookId, url: shownUrl })
const owner = z.object({ id: accountId, name: shownName.person })
const composed = z.object({
  ...composition,
  url: shownUrl,
  types: z.array(z.string().meta({ example: 'member.*' })),
  description: z.string().meta({ example: 'Billing' }),
})
const audience = 'webhook:manage'

export const webhookEvents = {
  'webhook.created': {
    audience,
    summary: 'A webhook endpoint was created',
    data: z.object({ webhook: composed.extend({ id: webhookId, owner, enabled: z.boolean() }) }),
  },
  'webhook.updated': {
    audience,
    summary: 'A webhook endpoint was changed',
    data: z.object({ webhook: named, before: composed, after: composed }),
  },
  'webhook.paused': {
    audience,
    summary: 'A webhook endpoint was paused, by somebody or because its owner may manage webhooks no longer',
    data: z.object({ webhook: named, reason: stopReason.extract(['by_member', 'owner_lost']), owner }),
  },
  'webhook.disabled': {
    audience,
    summary: 'A webhook endpoint was disabled, because nothing was taken for five days or it answered 410',
    data: z.object({
      webhook: named,
      reason: stopReason.extract(['failing', 'gone']),
      failingSince: timestamp.optional(),
    }),
  },
  'webhook.resumed': {
    audience,
    summary: 'A webhook endpoint goes on where it stopped',
    data: z.object({ webhook: named }),
  },
  'webhook.secret_rotated': {
    audience,
    summary: 'A webhook endpoint is signed with a new secret',
    data: z.object({ webhook: named, formerUntil: timestamp }),
  },
  'webhook.adopted': {
    audience,
    summary: 'A webhook endpoint has another owner',
    data: z.object({ webhook: named, before: owner, after: owner }),
  },
  'webhook.tested': {
    audience,
    summary: 'A test event, which goes to this webhook endpoint alone',
    data: z.object({ webhook: named }),
  },
  'webhook.replayed': {
    audience,
    summary: 'What was delivered to a webhook endpoint before is delivered again',
    data: z.object({
      webhook: named,
      from: z.int(),
      exhausted: z.literal(true).optional().meta({ description: 'Only what was given up' }),
    }),
  },
  'webhook.deleted': {
    audience,
    summary: 'A webhook endpoint was deleted',
    data: z.object({ webhook: named }),
  },
} as const satisfies EventDefinitions
