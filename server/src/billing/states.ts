/** From draft to open to paid or void: nothing leads back. */
import { type EventType, problem } from '@rolecall/contract'
import type { Handlers } from '../http/call.ts'
import { type Tx, within } from '../log/tx.ts'
import type { OrganisationModels } from '../organisations/documents.ts'
import type { BillingModels, InvoiceDocument, LedgerDocument, Party } from './documents.ts'
import type { Doors } from './doors.ts'
import { draft, existing, issued } from './existing.ts'
import * as ledgers from './ledger.ts'
import { shown, summaryOf } from './shown.ts'

interface Parts {
  readonly models: BillingModels & Pick<OrganisationModels, 'organisations'>
  readonly doors: Doors
}

type InvoiceEvent = Extract<EventType, `invoice.${string}`>

export function createStates({ models, doors }: Parts): Pick<Handlers<'invoices'>, 'open' | 'pay' | 'void'> {
  /** The organisation as it is known at this moment. */
  async function partyOf(tx: Tx, { _id, legalName, address, vatNumber }: LedgerDocument): Promise<Party> {
    if (legalName !== '') return { name: legalName, address, vatNumber }
    const organisation = await models.organisations.findById(_id, { name: 1 }, within(tx)).lean()
    return { name: organisation?.name ?? '', address, vatNumber }
  }

  async function become(
    tx: Tx,
    ledger: LedgerDocument,
    before: InvoiceDocument,
    after: InvoiceDocument,
    type: Exclude<InvoiceEvent, 'invoice.updated'>,
  ) {
    const { _id, ...content } = after
    await ledgers.keep(models, tx, ledgers.moved(ledger, before, after))
    await models.invoices.updateOne({ _id }, { $set: content }, within(tx))
    tx.append(after.organisation, type, { invoice: summaryOf(after) })
    return shown(after)
  }

  return {
    open: (call) =>
      doors.change(call, async (tx, side) => {
        const invoice = await draft(models, tx, call.params.invoice, side)
        const [ledger, number] = ledgers.numbered(
          await ledgers.read(models, tx, side.organisation),
          side.issuer,
          tx.at.getUTCFullYear(),
        )
        const organisation = await partyOf(tx, ledger)
        const opened: InvoiceDocument = {
          ...invoice,
          state: 'open',
          year: tx.at.getUTCFullYear(),
          number,
          openedAt: tx.at,
          ...(side.issuer === 'organisation' ? { supplier: organisation } : { customer: organisation }),
        }
        return become(tx, ledger, invoice, opened, 'invoice.opened')
      }),

    // Whoever issued it has got the money, or the organisation has sent it.
    pay: (call) =>
      doors.change(call, async (tx, side) => {
        const invoice = await existing(models, tx, call.params.invoice, side)
        checkOpen(invoice)
        const ledger = await ledgers.read(models, tx, side.organisation)
        return become(tx, ledger, invoice, { ...invoice, state: 'paid', paidAt: tx.at }, 'invoice.paid')
      }),

    void: (call) =>
      doors.change(call, async (tx, side) => {
        const invoice = await issued(models, tx, call.params.invoice, side)
        checkOpen(invoice)
        const ledger = await ledgers.read(models, tx, side.organisation)
        return become(tx, ledger, invoice, { ...invoice, state: 'void', voidedAt: tx.at }, 'invoice.voided')
      }),
  }
}

function checkOpen({ state }: InvoiceDocument): void {
  if (state === 'open') return
  const advice = state === 'draft' ? 'Open it first, or delete it.' : 'Nothing can be changed about it any more.'
  throw problem('invoice_not_open', { detail: `It is ${state}. ${advice}` })
}
