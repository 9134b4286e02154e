import { z } from 'zod'
import { actor } from '../event.ts'
import {
  accountId,
  description,
  eventId,
  organisationId,
  shownDescription,
  shownName,
  shownType,
  timestamp,
  typePattern,
  webhookId,
} from '../fields.ts'
import { keptOfFormerAnswers } from './kept-answers.ts'

const webhookUrl = z
  .string()
  .max(2048)
  .regex(/^https?:\/\//i, 'must begin with https:// or http://')
  .meta({ description: 'Where events are posted to', example: 'https://example.com/hooks/rolecall' })

export const shownUrl = z.string().meta({ example: 'https://example.com/hooks/rolecall' })

/** What may be chosen of an endpoint. */
export const composition = {
  url: webhookUrl,
  types: z
    .array(typePattern)
    .min(1, 'choose at least one')
    .max(50)
    .meta({ description: 'Which events it gets, as far as its owner may see them' }),
  description,
  ordered: z.boolean().meta({
    description:
      'Ordered: the next event waits until the last one has been taken. Otherwise several are on their way at once, and one that fails is tried again beside the others',
  }),
  concurrency: z
    .int()
    .min(1)
    .max(20)
    .meta({ description: 'At most so many requests at once; an ordered endpoint has one' }),
}

export const stopReason = z.enum(['by_member', 'owner_lost', 'failing', 'gone']).meta({
  description:
    '`by_member`: paused by somebody; `owner_lost`: its owner may manage webhooks no longer, `adopt` goes on; `failing`: nothing was taken for five days; `gone`: it answered 410',
})

/** A webhook endpoint. */
export const webhook = z
  .object({
    id: webhookId,
    organisation: organisationId,
    ...composition,
    url: shownUrl,
    types: z.array(z.string().meta({ example: 'member.*' })),
    description: shownDescription,
    enabled: z.boolean(),
    stopped: z
      .object({
        reason: stopReason,
        at: timestamp,
        by: actor.optional().meta({ description: 'Who paused it, with `by_member`, as far as that is known' }),
      })
      .optional()
      .meta({ description: 'Why it gets nothing at present, and since when; absent while it is enabled' }),
    owner: z
      .object({ id: accountId, name: shownName.person })
      .meta({ description: 'It gets what this member may see at the moment of sending' }),
    secrets: z
      .array(z.object({ createdAt: timestamp, expiresAt: timestamp.optional() }))
      .meta({ description: 'With which it is signed: the newest first, a former one until its time is over' }),
    createdAt: timestamp,
    failingSince: timestamp
      .optional()
      .meta({ description: 'Of the first failure after which nothing was taken any more' }),
    notBefore: timestamp.optional().meta({
      description:
        'Nothing is posted before: its receiver asked for that by Retry-After, or gets five seconds after 429, 502 or 504 without it. Absent once that is over',
    }),
  })
  .meta({ id: 'Webhook' })

export const deliveryStatus = z.enum(['delivered', 'retrying', 'exhausted', 'withheld']).meta({
  description:
    '`retrying`: is tried again at `nextAt`; `exhausted`: was tried for about 75 hours; `withheld`: the owner may not see it any more, or the endpoint gets such events no longer',
})

export const attempt = z
  .object({
    at: timestamp,
    url: shownUrl,
    durationMs: z.int(),
    outcome: z.enum(['ok', 'status', 'redirect', 'timeout', 'refused_target', 'unreachable', 'broken']).meta({
      description:
        '`status`: an answer outside 200 to 299; `timeout`: no whole answer in 15 s; `refused_target`: the address is one that nothing may be posted to; `broken`: the connection ended or the answer was none',
    }),
    detail: z.string().optional(),
    request: z.object({ headers: z.record(z.string(), z.string()) }),
    response: z
      .object({
        status: z.int(),
        headers: z.record(z.string(), z.string()),
        body: z.string().meta({
          description: `The first 64 KiB; of attempts before the newest the first ${keptOfFormerAnswers.toLocaleString('en-GB')} characters`,
          example: 'ok',
        }),
        truncated: z.boolean().meta({ description: 'Whether the answer was longer than `body`' }),
      })
      .optional(),
  })
  .meta({ id: 'WebhookAttempt' })

const shownDelivery = {
  id: z.string().meta({ example: 'dlv_01k9zzzzzzzzzzzzzzzzzzzzzz' }),
  webhook: webhookId,
  event: z.object({ id: eventId, seq: z.int(), type: shownType, at: timestamp }),
  status: deliveryStatus,
  attempts: z.int().meta({ description: 'How many there were' }),
  createdAt: timestamp,
  lastAt: timestamp.optional().meta({ description: 'When it was tried last' }),
  nextAt: timestamp.optional().meta({ description: 'When it is tried next' }),
  lastOutcome: z.string().optional(),
  lastStatus: z.int().optional().meta({ description: 'The HTTP status of the last answer' }),
}

/** What became of one event at one endpoint. */
export const delivery = z.object(shownDelivery).meta({ id: 'WebhookDelivery' })

export const wholeDelivery = z
  .object({
    ...shownDelivery,
    body: z
      .string()
      .meta({ description: 'What is posted, the same at each attempt', example: '{"type":"member.added"}' }),
    log: z.array(attempt).meta({ description: 'The last 20 attempts, the newest first' }),
  })
  .meta({ id: 'WholeWebhookDelivery' })
