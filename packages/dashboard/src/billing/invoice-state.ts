import type { InvoiceSummary } from '@rolecall/contract'
import type { Tone } from '../ui/state-tag.tsx'

export type InvoiceState = InvoiceSummary['state']

interface Shown {
  readonly name: string
  readonly tone: Tone
  readonly about: string
}

const states: Readonly<Record<InvoiceState, Shown>> = {
  draft: { name: 'Draft', tone: 'quiet', about: 'It can be changed, and has no number yet.' },
  open: { name: 'Open', tone: 'waiting', about: 'It is to be paid.' },
  paid: { name: 'Paid', tone: 'good', about: 'It is done with.' },
  void: { name: 'Void', tone: 'bad', about: 'It is not to be paid any more, and keeps its number.' },
}

export const invoiceStates = Object.keys(states) as readonly InvoiceState[]

export const stateOf = (state: InvoiceState): Shown => states[state]

/** What an invoice is called: by its number, or as a draft by who gets it. */
export function nameOf({ reference, counterparty, issuer }: InvoiceSummary): string {
  if (reference !== undefined) return `invoice ${reference}`
  if (counterparty === '') return 'a draft'
  return issuer === 'operator' ? `a draft of ${counterparty}` : `a draft for ${counterparty}`
}

/** The same at the beginning of a line. */
export function titleOf(invoice: InvoiceSummary): string {
  const name = nameOf(invoice)
  return name.charAt(0).toUpperCase() + name.slice(1)
}
