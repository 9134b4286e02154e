import { z } from 'zod'
import { address, invoiceId, legalName, lineDescription, organisationId, timestamp } from '../fields.ts'
import { amountsOf, maxAmountMinor, type PricedLine } from './amounts.ts'
import { minorDigitsOf } from './currencies.ts'

export const currency = z
  .string()
  .refine((code) => minorDigitsOf(code) !== undefined, 'must be a currency of ISO 4217, such as EUR')
  .meta({ description: 'ISO 4217', example: 'EUR' })

const vatNumber = z
  .string()
  .max(32)
  .regex(/^[\p{L}\p{N} ./-]*$/u, 'must be letters and digits')
  .meta({ example: 'IE6388047V' })

/** Who stands on an invoice. */
export const party = z.strictObject({
  name: legalName,
  address: address.default(''),
  vatNumber: vatNumber.default(''),
})

const shownParty = z.object({
  name: z.string().meta({ example: 'Acme Ltd' }),
  address: z.string().meta({ example: '1 Main Street\nDublin' }),
  vatNumber: z.string().meta({ example: 'IE6388047V' }),
})

/** What is sent of the details; all of them, since they are replaced as a whole. */
export const composedDetails = {
  legalName,
  address: address.default(''),
  vatNumber: vatNumber.default(''),
  currency,
}

/** What an organisation’s invoices say of it. */
export const billingDetails = z
  .object({
    legalName: z.string().meta({ description: 'Empty until it is given', example: 'Acme Ltd' }),
    address: shownParty.shape.address,
    vatNumber: shownParty.shape.vatNumber,
    currency: z.string().meta({ description: 'Of new invoices, where they name none; EUR at first', example: 'EUR' }),
    minorDigits: z.int().meta({ description: 'How many digits the minor unit of the currency has', example: 2 }),
  })
  .meta({ id: 'BillingDetails' })

export const invoiceState = z.enum(['draft', 'open', 'paid', 'void']).meta({
  description: '`draft`: may be changed; `open`: has its number and is to be paid; `void`: is not to be paid any more',
})

export const issuer = z.enum(['organisation', 'operator']).meta({
  description: '`operator`: the platform’s operator, to the organisation, which can pay it and not change it',
})

const bounded = (limit: number) => z.int().min(-limit).max(limit)

/** A line as it is sent. */
const line = z.strictObject({
  description: lineDescription,
  quantity: z
    .number()
    .min(0.001)
    .max(1_000_000)
    .refine((value) => Math.abs(value * 1_000 - Math.round(value * 1_000)) < 1e-6, 'must have at most three decimals')
    .default(1)
    .meta({ description: 'At most three decimals', example: 2 }),
  unitPriceMinor: bounded(100_000_000_000).meta({
    description: 'Price of one, in the currency’s minor unit; negative for a reduction',
    example: 4_900,
  }),
  taxBasisPoints: z
    .int()
    .min(0)
    .max(10_000)
    .default(0)
    .meta({ description: 'Rate of tax: 2300 is 23 %', example: 2_300 }),
})

export const lines = z
  .array(line)
  .min(1)
  .max(100)
  .superRefine((given, context) => {
    const fault = faultOf(given)
    if (fault !== undefined) context.addIssue({ code: 'custom', ...fault })
  })

function faultOf(given: readonly PricedLine[]): { message: string; path: number[] } | undefined {
  const { lines: ofLines, netMinor, taxMinor, totalMinor } = amountsOf(given)
  const beyond = ofLines.findIndex((one) => Math.abs(one.totalMinor) > maxAmountMinor)
  if (beyond !== -1) return { message: `must not come to more than ${maxAmountMinor}`, path: [beyond] }
  if (totalMinor > maxAmountMinor) return { message: `must not come to more than ${maxAmountMinor}`, path: [] }
  return netMinor < 0 || taxMinor < 0 ? { message: 'must not come to less than nothing', path: [] } : undefined
}

const amounts = {
  netMinor: z.int().meta({ example: 9_800 }),
  taxMinor: z.int().meta({ example: 2_254 }),
  totalMinor: z.int().meta({ example: 12_054 }),
}

const shownLine = z.object({
  description: z.string(),
  quantity: z.number(),
  unitPriceMinor: z.int(),
  taxBasisPoints: z.int(),
  ...amounts,
})

export const dueOn = z.iso.date().meta({ description: 'Until when it is to be paid', example: '2026-02-28' })

const summary = {
  id: invoiceId,
  organisation: organisationId,
  issuer,
  state: invoiceState,
  year: z.int().optional().meta({ description: 'Of its number, by UTC; absent in a draft' }),
  number: z
    .int()
    .optional()
    .meta({ description: 'Counts up by one within organisation, issuer and year; absent in a draft' }),
  reference: z
    .string()
    .optional()
    .meta({ description: 'Year and number as they stand on the invoice, such as 2026-0017; absent in a draft' }),
  counterparty: z
    .string()
    .meta({ description: 'Name of the customer, or of who supplies, as far as it is known', example: 'Globex Corp' }),
  currency: z.string().meta({ example: 'EUR' }),
  minorDigits: z.int().meta({ description: 'How many digits the minor unit of the currency has', example: 2 }),
  ...amounts,
  dueOn: dueOn.optional(),
  createdAt: timestamp,
  openedAt: timestamp.optional(),
  paidAt: timestamp.optional(),
  voidedAt: timestamp.optional(),
}

/** An invoice as lists and events show it. */
export const invoiceSummary = z.object(summary).meta({ id: 'InvoiceSummary' })

export const invoice = z
  .object({
    ...summary,
    lines: z.array(shownLine),
    taxes: z.array(z.object({ taxBasisPoints: z.int(), ...amounts })).meta({ description: 'Sums by rate of tax' }),
    supplier: shownParty
      .optional()
      .meta({ description: 'Who issues it: from the billing details as they are when it is opened' }),
    customer: shownParty
      .optional()
      .meta({ description: 'To whom; of an operator’s invoice from the billing details when it is opened' }),
    note: z.string(),
  })
  .meta({ id: 'Invoice' })
