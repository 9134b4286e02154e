import type { Amounts, PricedLine, TaxAmounts } from '@rolecall/contract'
import { type Connection, type Model, Schema } from 'mongoose'
import { options } from '../database/document-options.ts'

export type Issuer = 'organisation' | 'operator'
export type InvoiceState = 'draft' | 'open' | 'paid' | 'void'

/** Who stands on an invoice. */
export interface Party {
  readonly name: string
  readonly address: string
  readonly vatNumber: string
}

export interface Line extends PricedLine, Amounts {
  readonly description: string
}

/** With its amounts as they were reckoned when it was written: an open invoice stays as it was sent. */
export interface InvoiceDocument extends Amounts {
  _id: string
  organisation: string
  issuer: Issuer
  state: InvoiceState
  /** Of its number; both are absent in a draft. */
  year?: number
  number?: number
  currency: string
  lines: Line[]
  taxes: TaxAmounts[]
  /** The organisation’s side is added from its billing details when the invoice is opened. */
  supplier?: Party
  customer?: Party
  dueOn?: string
  note: string
  createdAt: Date
  openedAt?: Date
  paidAt?: Date
  voidedAt?: Date
}

export interface Total {
  readonly count: number
  readonly totalMinor: number
}

/** One for each organisation, written only under its log’s lock: what is counted here has neither hole nor double. */
export interface LedgerDocument {
  _id: string
  legalName: string
  address: string
  vatNumber: string
  currency: string
  /** The last number that was given, by `issuer:year`. */
  numbers: Record<string, number>
  /** By `issuer:state:currency`. */
  totals: Record<string, Total>
}

const text = { type: String, required: true }
const number = { type: Number, required: true }

const amounts = { netMinor: number, taxMinor: number, totalMinor: number }
const lineSchema = new Schema<Line>(
  { description: text, quantity: number, unitPriceMinor: number, taxBasisPoints: number, ...amounts },
  { _id: false },
)
const taxSchema = new Schema<TaxAmounts>({ taxBasisPoints: number, ...amounts }, { _id: false })

const invoiceSchema = new Schema<InvoiceDocument>(
  {
    _id: text,
    organisation: text,
    issuer: text,
    state: text,
    year: { type: Number },
    number: { type: Number },
    currency: text,
    lines: { type: [lineSchema], required: true },
    taxes: { type: [taxSchema], required: true },
    ...amounts,
    supplier: { type: Schema.Types.Mixed },
    customer: { type: Schema.Types.Mixed },
    dueOn: { type: String },
    note: { type: String, default: '' },
    createdAt: { type: Date, required: true },
    openedAt: { type: Date },
    paidAt: { type: Date },
    voidedAt: { type: Date },
  },
  options,
)
  .index(
    { organisation: 1, issuer: 1, year: 1, number: 1 },
    { unique: true, partialFilterExpression: { number: { $exists: true } }, name: 'organisation_issuer_number' },
  )
  .index({ organisation: 1, _id: 1 }, { name: 'organisation_id' })
  .index({ organisation: 1, state: 1, _id: 1 }, { name: 'organisation_state_id' })
  .index({ organisation: 1, issuer: 1, _id: 1 }, { name: 'organisation_issuer_id' })
  .index({ organisation: 1, issuer: 1, state: 1, _id: 1 }, { name: 'organisation_issuer_state_id' })

const ledgerSchema = new Schema<LedgerDocument>(
  {
    _id: text,
    legalName: { type: String, default: '' },
    address: { type: String, default: '' },
    vatNumber: { type: String, default: '' },
    currency: text,
    numbers: { type: Schema.Types.Mixed, required: true },
    totals: { type: Schema.Types.Mixed, required: true },
  },
  options,
)

export interface BillingModels {
  readonly invoices: Model<InvoiceDocument>
  readonly ledgers: Model<LedgerDocument>
}

export function models(connection: Connection): BillingModels {
  return {
    invoices: connection.model<InvoiceDocument>('Invoice', invoiceSchema, 'invoices'),
    ledgers: connection.model<LedgerDocument>('Ledger', ledgerSchema, 'ledgers'),
  }
}
