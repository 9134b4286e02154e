import { isDeepStrictEqual } from 'node:util'
import { amountsOf, type Body, problem } from '@rolecall/contract'
import type { Access } from '../access/access.ts'
import type { OperatorAccess } from '../access/operator.ts'
import type { Call, Handlers } from '../http/call.ts'
import { newId } from '../ids.ts'
import type { ListCursors } from '../list-cursor.ts'
import { fileOf } from '../list-file.ts'
import { within } from '../log/tx.ts'
import type { OrganisationModels } from '../organisations/documents.ts'
import { invoicesAsCsv } from './csv.ts'
import type { BillingModels, InvoiceDocument, Party } from './documents.ts'
import { createDoors, type Side } from './doors.ts'
import { draft, existing } from './existing.ts'
import * as ledgers from './ledger.ts'
import { listInvoices } from './list.ts'
import type { Drawer } from './pdf/drawer.ts'
import { referenceOf, shown, summaryOf } from './shown.ts'
import { createStates } from './states.ts'

interface Parts {
  readonly models: BillingModels & Pick<OrganisationModels, 'organisations'>
  readonly access: Access
  readonly operatorAccess: OperatorAccess
  readonly cursors: ListCursors
  readonly drawer: Pick<Drawer, 'draw'>
}

const perFilePage = 500
/** Nobody is to be sent them: so many are an error of somebody’s program. */
const maxDrafts = 1_000

export function createInvoices({ models, access, operatorAccess, cursors, drawer }: Parts): Handlers<'invoices'> {
  const { invoices } = models
  const doors = createDoors(access, operatorAccess)

  /** Each page asks anew whether the reader may: what is read ends with their access. */
  async function* pagesOf(call: Call<'invoices', 'list'>) {
    let after = call.query.after
    do {
      const { body } = await doors.read(call, (snapshot, side) =>
        listInvoices(models, snapshot, side, cursors, { ...call.query, after, limit: perFilePage }),
      )
      yield body.data
      after = body.next
    } while (after !== undefined)
  }

  return {
    ...createStates({ models, doors }),

    async list(call) {
      if (call.format !== undefined) return fileOf(call.format, 'invoices', pagesOf(call), invoicesAsCsv)
      return doors.read(call, async (snapshot, side) => {
        const page = await listInvoices(models, snapshot, side, cursors, call.query)
        const totals = ledgers.totalsOf(await ledgers.read(models, snapshot, side.organisation))
        return {
          ...page,
          totals: side.issuer === 'operator' ? totals.filter(({ issuer }) => issuer === 'operator') : totals,
        }
      })
    },

    create: (call) =>
      doors.change(call, async (tx, side) => {
        const { organisation, issuer } = side
        checkSide(side, call.body)
        const ledger = await ledgers.read(models, tx, organisation)
        if (ledgers.countOf(ledger, issuer, 'draft') >= maxDrafts) {
          throw problem('draft_limit', { detail: `There can be ${maxDrafts}. Open or delete some first.` })
        }
        const { lines, currency = ledger.currency, customer, supplier, dueOn, note } = call.body
        const invoice: InvoiceDocument = {
          _id: newId('ivc'),
          organisation,
          issuer,
          state: 'draft',
          currency,
          ...reckoned(lines),
          ...(customer === undefined ? {} : { customer: trimmed(customer) }),
          ...(supplier === undefined ? {} : { supplier: trimmed(supplier) }),
          ...(dueOn === undefined ? {} : { dueOn }),
          note: note.trim(),
          createdAt: tx.at,
        }
        await invoices.create([invoice], within(tx))
        await ledgers.keep(models, tx, ledgers.moved(ledger, undefined, invoice))
        tx.append(organisation, 'invoice.created', { invoice: summaryOf(invoice) })
        return shown(invoice)
      }),

    get: (call) =>
      doors.read(call, async (snapshot, side) => shown(await existing(models, snapshot, call.params.invoice, side))),

    update: (call) =>
      doors.change(call, async (tx, side) => {
        const invoice = await draft(models, tx, call.params.invoice, side)
        checkSide(side, call.body)
        const changed = changedBy(invoice, call.body)
        if (isDeepStrictEqual(changed, invoice)) return shown(invoice)
        const { _id, ...content } = changed
        await invoices.replaceOne({ _id }, content, within(tx))
        const ledger = await ledgers.read(models, tx, side.organisation)
        await ledgers.keep(models, tx, ledgers.moved(ledger, invoice, changed))
        tx.append(side.organisation, 'invoice.updated', { invoice: summaryOf(changed), before: summaryOf(invoice) })
        return shown(changed)
      }),

    delete: (call) =>
      doors.change(call, async (tx, side) => {
        const invoice = await draft(models, tx, call.params.invoice, side)
        await invoices.deleteOne({ _id: invoice._id }, within(tx))
        const ledger = await ledgers.read(models, tx, side.organisation)
        await ledgers.keep(models, tx, ledgers.moved(ledger, invoice, undefined))
        tx.append(side.organisation, 'invoice.deleted', { invoice: summaryOf(invoice) })
        return undefined
      }),

    async pdf(call) {
      const read = () => doors.read(call, (snapshot, side) => existing(models, snapshot, call.params.invoice, side))
      const { body, seq } = await read()
      const bytes = await drawer.draw(body)
      // It may have waited for minutes: by then the reader may not any more.
      await read()
      return { bytes, filename: `invoice-${referenceOf(body) ?? 'draft'}.pdf`, seq }
    },
  }
}

/** The organisation’s own side of an invoice is in its billing details. */
function checkSide({ issuer }: Side, body: Pick<Body<'invoices', 'update'>, 'customer' | 'supplier'>): void {
  const [path, message] =
    issuer === 'organisation'
      ? (['supplier', 'is the organisation, by its billing details'] as const)
      : (['customer', 'is the organisation, by its billing details'] as const)
  if (body[path] === undefined) return
  throw problem('invalid_request', { detail: `${path}: ${message}`, errors: [{ path, message }] })
}

function changedBy(invoice: InvoiceDocument, body: Body<'invoices', 'update'>): InvoiceDocument {
  const { customer, supplier, dueOn, ...rest } = invoice
  const given = { customer, supplier, dueOn }
  const sides = {
    customer: body.customer === undefined ? given.customer : body.customer && trimmed(body.customer),
    supplier: body.supplier === undefined ? given.supplier : body.supplier && trimmed(body.supplier),
    dueOn: body.dueOn === undefined ? given.dueOn : body.dueOn,
  }
  return {
    ...rest,
    ...(body.lines === undefined ? {} : reckoned(body.lines)),
    ...(body.currency === undefined ? {} : { currency: body.currency }),
    ...(body.note === undefined ? {} : { note: body.note.trim() }),
    ...(sides.customer ? { customer: sides.customer } : {}),
    ...(sides.supplier ? { supplier: sides.supplier } : {}),
    ...(sides.dueOn ? { dueOn: sides.dueOn } : {}),
  }
}

/** Lines with what they come to. */
function reckoned(
  lines: Body<'invoices', 'create'>['lines'],
): Pick<InvoiceDocument, 'lines' | 'taxes' | 'netMinor' | 'taxMinor' | 'totalMinor'> {
  const { lines: amounts, taxes, ...sums } = amountsOf(lines)
  return {
    ...sums,
    taxes: [...taxes],
    lines: lines.map((line, index) => {
      const ofLine = amounts[index]
      if (ofLine === undefined) throw new Error('a line was not reckoned')
      return { ...line, description: line.description.trim(), ...ofLine }
    }),
  }
}

function trimmed({ name, address, vatNumber }: Party): Party {
  return { name: name.trim(), address: address.trim(), vatNumber: vatNumber.trim() }
}
