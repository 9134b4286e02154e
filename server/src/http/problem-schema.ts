import { type ProblemCode, problems } from '@rolecall/contract'
import { z } from 'zod'

export const problemCodes = Object.keys(problems) as [ProblemCode, ...ProblemCode[]]

/** What every refusal is, for the documents of the contract. */
export const problem = z
  .object({
    type: z.string().meta({ example: 'urn:rolecall:problem:not_found' }),
    code: z.enum(problemCodes).meta({ description: 'Stable: tell errors apart by it' }),
    status: z.int(),
    title: z.string().meta({ example: 'There is nothing here' }),
    detail: z.string().optional().meta({ description: 'What is wrong with this request, and what to do' }),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'With `invalid_request`: the fields, and what is wrong with each' }),
    outcome: z
      .literal('unknown')
      .optional()
      .meta({ description: 'The change may have been made. Repeat the request with its Idempotency-Key.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' })
