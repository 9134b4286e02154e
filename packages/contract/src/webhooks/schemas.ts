import { z } from 'zod'
import { maxListed } from '../bounds.ts'
import { after, limit, page, timestamp, typePattern, whole } from '../fields.ts'
import type { SchemasFor } from '../operation.ts'
import { composition, delivery, deliveryStatus, webhook, wholeDelivery } from './fields.ts'
import type { webhooks } from './operations.ts'

const secret = z
  .string()
  .optional()
  .meta({ description: 'Shown this once: not again, and not in the repeated answer to an Idempotency-Key' })
const queued = z.object({ seq: z.int().meta({ description: 'Position of the event in the log' }) })

export const webhookSchemas = {
  list: { answer: whole(webhook, maxListed.webhooks) },
  create: {
    body: z.strictObject({
      url: composition.url,
      types: composition.types.default(['*']),
      description: composition.description.default(''),
      ordered: composition.ordered.default(false),
      concurrency: composition.concurrency.default(4),
      enabled: z.boolean().default(true),
    }),
    answer: webhook.extend({ secret }),
  },
  get: {
    answer: webhook.extend({
      position: z.object({ seq: z.int(), behind: z.int() }).meta({
        description: 'Up to where the log was looked through, and how many events follow, whether it gets them or not',
      }),
      retrying: z.int().meta({ description: 'How many deliveries wait to be tried again; counted up to 1,000' }),
    }),
  },
  update: {
    body: z.strictObject({
      url: composition.url.optional(),
      types: composition.types.optional(),
      description: composition.description.optional(),
      ordered: composition.ordered.optional(),
      concurrency: composition.concurrency.optional(),
      enabled: z.boolean().optional().meta({ description: 'False pauses, true resumes' }),
    }),
    answer: webhook,
  },
  delete: {},
  rotateSecret: {
    body: z.strictObject({
      overlapHours: z
        .number()
        .min(0)
        .max(168)
        .default(24)
        .meta({ description: 'The former secret signs too for so long; 0 ends it at once' }),
    }),
    answer: webhook.extend({ secret }),
  },
  adopt: { answer: webhook },
  test: { answer: queued },
  replay: {
    body: z.strictObject({
      after: z.string().max(512).optional().meta({ description: 'The cursor of an event: what follows it' }),
      since: timestamp.optional().meta({ description: 'What happened at that time or later' }),
      exhausted: z
        .boolean()
        .default(false)
        .meta({ description: 'Only deliveries that were given up, of them the oldest 1,000' }),
    }),
    answer: z.object({
      from: z.int().meta({ description: 'What follows this position is delivered again' }),
      count: z.int().optional().meta({ description: 'With `exhausted`: how many those are; after 1,000 ask again' }),
    }),
  },
  deliveries: {
    query: z.object({ after, limit, status: deliveryStatus.optional(), type: typePattern.optional() }),
    answer: page(delivery),
  },
  delivery: { answer: wholeDelivery },
  redeliver: { answer: delivery },
} satisfies SchemasFor<typeof webhooks>
