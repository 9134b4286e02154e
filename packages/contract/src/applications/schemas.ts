import { z } from 'zod'
import { after, applicationName, description, limit, page } from '../fields.ts'
import type { SchemasFor } from '../operation.ts'
import { application } from './fields.ts'
import type { applications } from './operations.ts'

const q = z
  .string()
  .max(200)
  .default('')
  .meta({ description: 'Words of the name or description, or how they begin', example: 'web' })

export const applicationSchemas = {
  list: { query: z.object({ after, limit, q }), answer: page(application) },
  create: {
    body: z.strictObject({ name: applicationName, description: description.default('') }),
    answer: application,
  },
  read: { answer: application },
  update: {
    body: z.strictObject({ name: applicationName.optional(), description: description.optional() }),
    answer: application,
  },
  delete: {},
} satisfies SchemasFor<typeof applications>
