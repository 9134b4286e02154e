import { problem } from '@rolecall/contract'
import { type Snapshot, within } from '../log/tx.ts'
import type { BillingModels, InvoiceDocument } from './documents.ts'
import type { Side } from './doors.ts'

type Models = Pick<BillingModels, 'invoices'>

/** An invoice that this side may see: the organisation all of its own, the operator those that the operator issues. */
export async function existing(
  { invoices }: Models,
  snapshot: Snapshot,
  id: string,
  { organisation, issuer }: Side,
): Promise<InvoiceDocument> {
  const invoice = await invoices.findOne({ _id: id, organisation }, null, within(snapshot)).lean()
  if (invoice === null || (issuer === 'operator' && invoice.issuer !== 'operator')) throw problem('not_found')
  return invoice
}

/** One that this side has issued, and may change accordingly. */
export async function issued(models: Models, snapshot: Snapshot, id: string, side: Side): Promise<InvoiceDocument> {
  const invoice = await existing(models, snapshot, id, side)
  if (invoice.issuer !== side.issuer) {
    throw problem('forbidden', {
      detail: 'This invoice is the platform operator’s. The organisation can pay it, and change nothing of it.',
    })
  }
  return invoice
}

/** A draft that this side may change. */
export async function draft(models: Models, snapshot: Snapshot, id: string, side: Side): Promise<InvoiceDocument> {
  const invoice = await issued(models, snapshot, id, side)
  if (invoice.state !== 'draft') {
    throw problem('invoice_not_draft', { detail: `It is ${invoice.state}. Declare it void and draft another one.` })
  }
  return invoice
}
