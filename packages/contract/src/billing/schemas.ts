import { z } from 'zod'
import { after, limit, note, page } from '../fields.ts'
import type { SchemasFor } from '../operation.ts'
import {
  billingDetails,
  composedDetails,
  currency,
  dueOn,
  invoice,
  invoiceState,
  invoiceSummary,
  issuer,
  lines,
  party,
} from './fields.ts'
import type { billing, invoices } from './operations.ts'

export const billingSchemas = {
  get: { answer: billingDetails },
  update: { body: z.strictObject(composedDetails), answer: billingDetails },
} satisfies SchemasFor<typeof billing>

const customer = party.meta({ description: 'To whom; the operator’s invoices go to the organisation' })
const supplier = party.meta({ description: 'Who issues it: said by the platform’s operator alone' })

const totals = z
  .array(z.object({ issuer, state: invoiceState, currency: z.string(), count: z.int(), totalMinor: z.int() }))
  .meta({ description: 'Of all invoices, whichever are listed' })

export const invoiceSchemas = {
  list: {
    query: z.object({
      after,
      limit,
      state: invoiceState.optional(),
      order: z
        .enum(['asc', 'desc'])
        .default('desc')
        .meta({ description: 'From the newest back, or from the oldest on' }),
    }),
    answer: page(invoiceSummary).extend({ totals }),
  },
  create: {
    body: z.strictObject({
      lines,
      currency: currency.optional().meta({ description: 'That of the billing details unless given' }),
      customer: customer.optional(),
      supplier: supplier.optional(),
      dueOn: dueOn.optional(),
      note: note.default(''),
    }),
    answer: invoice,
  },
  get: { answer: invoice },
  update: {
    body: z.strictObject({
      lines: lines.optional(),
      currency: currency.optional(),
      customer: customer.nullable().optional(),
      supplier: supplier.nullable().optional(),
      dueOn: dueOn.nullable().optional(),
      note: note.optional(),
    }),
    answer: invoice,
  },
  delete: {},
  pdf: {},
  open: { answer: invoice },
  pay: { answer: invoice },
  void: { answer: invoice },
} satisfies SchemasFor<typeof invoices>
