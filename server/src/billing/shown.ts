/** An invoice as it is shown, and as lists and events tell of it. */
import { type Invoice, type InvoiceSummary, minorDigitsOf } from '@rolecall/contract'
import type { InvoiceDocument, Issuer } from './documents.ts'

/** As it stands on the invoice. The operator’s are a series of their own. */
export function referenceOf({ issuer, year, number }: Pick<InvoiceDocument, 'issuer' | 'year' | 'number'>) {
  if (year === undefined || number === undefined) return undefined
  return `${prefixes[issuer]}${year}-${String(number).padStart(4, '0')}`
}

const prefixes: Readonly<Record<Issuer, string>> = { organisation: '', operator: 'P-' }

export function summaryOf(invoice: Omit<InvoiceDocument, 'lines' | 'taxes'>): InvoiceSummary {
  const { _id, organisation, issuer, state, year, number, currency, netMinor, taxMinor, totalMinor } = invoice
  const reference = referenceOf(invoice)
  const other = issuer === 'organisation' ? invoice.customer : invoice.supplier
  return {
    id: _id,
    organisation,
    issuer,
    state,
    ...(year === undefined || number === undefined || reference === undefined ? {} : { year, number, reference }),
    counterparty: other?.name ?? '',
    currency,
    minorDigits: minorDigitsOf(currency) ?? 2,
    netMinor,
    taxMinor,
    totalMinor,
    ...(invoice.dueOn === undefined ? {} : { dueOn: invoice.dueOn }),
    createdAt: invoice.createdAt.toISOString(),
    ...timeOf('openedAt', invoice.openedAt),
    ...timeOf('paidAt', invoice.paidAt),
    ...timeOf('voidedAt', invoice.voidedAt),
  }
}

export function shown(invoice: InvoiceDocument): Invoice {
  const { lines, taxes, supplier, customer, note } = invoice
  return {
    ...summaryOf(invoice),
    lines: [...lines],
    taxes: [...taxes],
    ...(supplier === undefined ? {} : { supplier }),
    ...(customer === undefined ? {} : { customer }),
    note,
  }
}

function timeOf<Name extends string>(name: Name, at: Date | undefined): { readonly [Key in Name]?: string } {
  // The one name that was asked for.
  return (at === undefined ? {} : { [name]: at.toISOString() }) as { readonly [Key in Name]?: string }
}
