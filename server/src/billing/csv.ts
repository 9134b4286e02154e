import type { InvoiceSummary } from '@rolecall/contract'
import { stringify } from 'csv-stringify/sync'

const columns = [
  'id',
  'issuer',
  'state',
  'reference',
  'counterparty',
  'currency',
  'net',
  'tax',
  'total',
  'dueOn',
  'createdAt',
  'openedAt',
  'paidAt',
  'voidedAt',
] as const

/**
 * Invoices as CSV (RFC 4180, UTF-8), page by page, with amounts as decimals of the currency. What a spreadsheet would
 * take for a formula gets an apostrophe before it.
 */
export async function* invoicesAsCsv(pages: AsyncIterable<readonly InvoiceSummary[]>): AsyncGenerator<string> {
  let header = true
  for await (const page of pages) {
    const rows = page.map(({ netMinor, taxMinor, totalMinor, minorDigits, ...invoice }) => ({
      ...invoice,
      net: decimalOf(netMinor, minorDigits),
      tax: decimalOf(taxMinor, minorDigits),
      total: decimalOf(totalMinor, minorDigits),
    }))
    yield stringify(rows, { columns: [...columns], header, escape_formulas: true, record_delimiter: 'windows' })
    header = false
  }
}

/** 12054 of two digits is 120.54. By digits: a division would have to be rounded. */
export function decimalOf(amountMinor: number, minorDigits: number): string {
  const digits = String(Math.abs(amountMinor)).padStart(minorDigits + 1, '0')
  const sign = amountMinor < 0 ? '-' : ''
  const whole = digits.slice(0, digits.length - minorDigits)
  return minorDigits === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-minorDigits)}`
}
