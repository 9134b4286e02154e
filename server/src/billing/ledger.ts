/** What an organisation’s invoices have in common: who it is on them, the last numbers, and what they come to by state. */
import { type Answer, type BillingDetails, minorDigitsOf, problem } from '@rolecall/contract'
import { type Snapshot, type Tx, within } from '../log/tx.ts'
import type { BillingModels, InvoiceDocument, InvoiceState, Issuer, LedgerDocument, Total } from './documents.ts'

type Models = Pick<BillingModels, 'ledgers'>
type Counted = Pick<InvoiceDocument, 'issuer' | 'state' | 'currency' | 'totalMinor'>

/** As it is before anything was said or written. */
const empty: Omit<LedgerDocument, '_id'> = {
  legalName: '',
  address: '',
  vatNumber: '',
  currency: 'EUR',
  numbers: {},
  totals: {},
}

export async function read(models: Models, snapshot: Snapshot, organisation: string): Promise<LedgerDocument> {
  const found = await models.ledgers.findById(organisation, null, within(snapshot)).lean()
  return found ?? { _id: organisation, ...empty }
}

export async function keep(models: Models, tx: Tx, { _id, ...content }: LedgerDocument): Promise<void> {
  await models.ledgers.updateOne({ _id }, { $set: content }, { ...within(tx), upsert: true })
}

export function shownDetails({ legalName, address, vatNumber, currency }: LedgerDocument): BillingDetails {
  return { legalName, address, vatNumber, currency, minorDigits: minorDigitsOf(currency) ?? 2 }
}

/** With one invoice that was as `before`, if it was, and is as `after`, if it still is. */
export function moved(ledger: LedgerDocument, before: Counted | undefined, after: Counted | undefined): LedgerDocument {
  const totals = { ...ledger.totals }
  const add = (one: Counted | undefined, sign: 1 | -1) => {
    if (one === undefined) return
    const key = [one.issuer, one.state, one.currency].join(':')
    const { count, totalMinor } = totals[key] ?? { count: 0, totalMinor: 0 }
    const sum = { count: count + sign, totalMinor: totalMinor + sign * one.totalMinor }
    if (!Number.isSafeInteger(sum.totalMinor)) {
      throw problem('invalid_request', { detail: 'All invoices together would come to more than can be reckoned.' })
    }
    if (sum.count === 0) delete totals[key]
    else totals[key] = sum
  }
  add(before, -1)
  add(after, 1)
  return { ...ledger, totals }
}

export function countOf(ledger: LedgerDocument, issuer: Issuer, state: InvoiceState): number {
  return totalsOf(ledger)
    .filter((one) => one.issuer === issuer && one.state === state)
    .reduce((sum, { count }) => sum + count, 0)
}

/** The next number of a year: as the change commits, or is given to another one. */
export function numbered(ledger: LedgerDocument, issuer: Issuer, year: number): [LedgerDocument, number] {
  const key = `${issuer}:${year}`
  const number = (ledger.numbers[key] ?? 0) + 1
  return [{ ...ledger, numbers: { ...ledger.numbers, [key]: number } }, number]
}

export function totalsOf({ totals }: LedgerDocument): Answer<'invoices', 'list'>['totals'] {
  return Object.entries(totals)
    .map(([key, { count, totalMinor }]: [string, Total]) => {
      // What `moved` has written.
      const [issuer, state, currency] = key.split(':') as [Issuer, InvoiceState, string]
      return { issuer, state, currency, count, totalMinor }
    })
    .sort((a, b) => order(a) - order(b) || (a.currency < b.currency ? -1 : 1))
}

const states: readonly InvoiceState[] = ['draft', 'open', 'paid', 'void']

function order({ issuer, state }: { issuer: Issuer; state: InvoiceState }): number {
  return (issuer === 'organisation' ? 0 : states.length) + states.indexOf(state)
}
