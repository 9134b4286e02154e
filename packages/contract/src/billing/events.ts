import { z } from 'zod'
import type { EventDefinitions } from '../event.ts'
import { billingDetails, invoiceSummary } from './fields.ts'

const audience = 'billing:read'
const about = z.object({ invoice: invoiceSummary })

export const billingEvents = {
  'billing.updated': {
    audience,
    summary: 'The billing details were replaced',
    data: z.object({ before: billingDetails, after: billingDetails }),
  },
  'invoice.created': { audience, summary: 'An invoice was drafted', data: about },
  'invoice.updated': {
    audience,
    summary: 'A draft was changed',
    data: about.extend({ before: invoiceSummary }),
  },
  'invoice.deleted': { audience, summary: 'A draft was deleted', data: about },
  'invoice.opened': { audience, summary: 'An invoice has its number and is to be paid', data: about },
  'invoice.paid': { audience, summary: 'An invoice was paid', data: about },
  'invoice.voided': { audience, summary: 'An invoice was declared void', data: about },
} as const satisfies EventDefinitions
