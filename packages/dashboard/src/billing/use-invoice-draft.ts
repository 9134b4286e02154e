import { amountsOf, type Invoice, type InvoiceAmounts, minorDigitsOf } from '@rolecall/contract'
import { useState } from 'react'
import { fromDecimals, inDecimals } from './money.ts'

/** A line as it is typed. */
export interface TypedLine {
  readonly key: number
  readonly description: string
  readonly quantity: string
  readonly price: string
  readonly tax: string
}

export interface TypedInvoice {
  readonly currency: string
  readonly customerName: string
  readonly customerAddress: string
  readonly customerVatNumber: string
  readonly dueOn: string
  readonly note: string
  readonly lines: readonly TypedLine[]
}

type SentLine = { description: string; quantity: number; unitPriceMinor: number; taxBasisPoints: number }

export interface InvoiceDraft {
  readonly typed: TypedInvoice
  readonly minorDigits: number
  readonly change: (change: Partial<Omit<TypedInvoice, 'lines'>>) => void
  readonly changeLine: (key: number, change: Partial<TypedLine>) => void
  readonly addLine: () => void
  readonly removeLine: (key: number) => void
  /** What is to be sent; undefined while a line has no amounts. */
  readonly lines: readonly SentLine[] | undefined
  /** What it comes to, likewise. */
  readonly amounts: InvoiceAmounts | undefined
}

/** An invoice that is being written. It begins as a draft was, or with one empty line. */
export function useInvoiceDraft(currency: string, invoice?: Invoice): InvoiceDraft {
  const [typed, setTyped] = useState<TypedInvoice>(() => (invoice === undefined ? begun(currency) : typedOf(invoice)))
  const minorDigits = minorDigitsOf(typed.currency) ?? 2
  const sent = typed.lines.map((line) => sentLine(line, minorDigits))
  const lines = sent.every((line) => line !== undefined) ? sent : undefined
  const change = (one: Partial<TypedInvoice>) => setTyped((before) => ({ ...before, ...one }))
  return {
    typed,
    minorDigits,
    change,
    changeLine: (key, one) =>
      setTyped((before) => ({
        ...before,
        lines: before.lines.map((line) => (line.key === key ? { ...line, ...one } : line)),
      })),
    addLine: () => setTyped((before) => ({ ...before, lines: [...before.lines, nextLine(before.lines)] })),
    removeLine: (key) => setTyped((before) => ({ ...before, lines: before.lines.filter((line) => line.key !== key) })),
    lines,
    amounts: lines && amountsOf(lines),
  }
}

function begun(currency: string): TypedInvoice {
  const none = { customerName: '', customerAddress: '', customerVatNumber: '', dueOn: '', note: '' }
  return { currency, ...none, lines: [nextLine([])] }
}

/** An invoice as one would type it. */
export function typedOf(invoice: Invoice): TypedInvoice {
  const { customer, dueOn = '', note, lines, minorDigits } = invoice
  return {
    currency: invoice.currency,
    customerName: customer?.name ?? '',
    customerAddress: customer?.address ?? '',
    customerVatNumber: customer?.vatNumber ?? '',
    dueOn,
    note,
    lines: lines.map((line, key) => ({
      key,
      description: line.description,
      quantity: String(line.quantity),
      price: inDecimals(line.unitPriceMinor, minorDigits),
      tax: String(line.taxBasisPoints / 100),
    })),
  }
}

/** With the tax of the line above: most often it is the same. */
function nextLine(lines: readonly TypedLine[]): TypedLine {
  const last = lines.at(-1)
  return { key: (last?.key ?? -1) + 1, description: '', quantity: '1', price: '', tax: last?.tax ?? '0' }
}

function sentLine({ description, quantity, price, tax }: TypedLine, minorDigits: number): SentLine | undefined {
  const thousandths = fromDecimals(quantity, 3)
  const unitPriceMinor = fromDecimals(price, minorDigits)
  const taxBasisPoints = fromDecimals(tax, 2)
  if (thousandths === undefined || unitPriceMinor === undefined || taxBasisPoints === undefined) return undefined
  return { description, quantity: thousandths / 1_000, unitPriceMinor, taxBasisPoints }
}
