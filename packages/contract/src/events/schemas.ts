import { z } from 'zod'
import { anyEvent, eventsQuery } from '../event.ts'
import { eventId, page, sha256, shownType } from '../fields.ts'
import type { SchemasFor } from '../operation.ts'
import type { events } from './operations.ts'

const seq = z.int().meta({ description: 'Position in the log' })
const verification = z
  .union([
    z.object({
      ok: z.literal(true),
      events: z.int().meta({ description: 'How many events fit, from the beginning or from `after` on' }),
      seq,
      hash: sha256.meta({
        description:
          'The hash at `seq`, which depends on all before it: kept elsewhere, it shows later whether they changed',
      }),
      next: z.string().optional().meta({ description: 'There is more to verify: ask again with this as `after`' }),
    }),
    z.object({
      ok: z.literal(false),
      seq,
      event: eventId.optional().meta({ description: 'The first event that does not fit; absent where it is missing' }),
      reason: z.string().meta({ example: 'The data do not fit their digest.' }),
    }),
  ])
  .meta({ id: 'Verification' })

export const eventSchemas = {
  list: { query: eventsQuery, answer: page(anyEvent) },
  verify: {
    query: z.object({
      after: z.string().max(512).optional().meta({ description: '`next` of an earlier answer, or an event’s cursor' }),
    }),
    answer: verification,
  },
  types: {
    answer: z.object({
      data: z.array(
        z.object({
          type: shownType,
          audience: z.string().meta({ example: 'member:read' }),
          summary: z.string().meta({ example: 'Somebody became a member' }),
          schema: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of `data`' }),
          example: z.record(z.string(), z.unknown()).meta({ description: 'An example of `data`' }),
        }),
      ),
    }),
  },
} satisfies SchemasFor<typeof events>
