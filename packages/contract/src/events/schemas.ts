import { z } from 'zod'
import { anyEvent, eventsQuery } from '../event.ts'
import { page } from '../fields.ts'
import type { SchemasFor } from '../operation.ts'
import type { events } from './operations.ts'

export const eventSchemas = {
  list: { query: eventsQuery, answer: page(anyEvent) },
  types: {
    answer: page(
      z.object({
        type: z.string(),
        audience: z.string(),
        summary: z.string(),
        schema: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of `data`' }),
        example: z.record(z.string(), z.unknown()).meta({ description: 'An example of `data`' }),
      }),
    ),
  },
} satisfies SchemasFor<typeof events>
