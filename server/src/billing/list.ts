import type { Query } from '@rolecall/contract'
import { trusted } from 'mongoose'
import { type ListCursors, pageOf } from '../list-cursor.ts'
import { type Snapshot, within } from '../log/tx.ts'
import type { BillingModels } from './documents.ts'
import type { Side } from './doors.ts'
import { summaryOf } from './shown.ts'

/** A page of the invoices that this side may see, in the order in which they were drafted. */
export async function listInvoices(
  { invoices }: Pick<BillingModels, 'invoices'>,
  snapshot: Snapshot,
  { organisation, issuer }: Side,
  cursors: ListCursors,
  { after, limit, state, order }: Query<'invoices', 'list'>,
) {
  const list = `invoices of ${organisation} for ${issuer} ${JSON.stringify([state, order])}`
  const last = cursors.read(list, after)
  const direction = order === 'asc' ? 1 : -1
  const found = await invoices
    .find(
      {
        organisation,
        ...(issuer === 'operator' ? { issuer } : {}),
        ...(state === undefined ? {} : { state }),
        ...(last === undefined ? {} : { _id: trusted(order === 'asc' ? { $gt: last } : { $lt: last }) }),
      },
      // Of the lines there may be many, and none is listed.
      { lines: 0, taxes: 0 },
      within(snapshot),
    )
    .sort({ _id: direction })
    .hint(['organisation', issuer === 'operator' && 'issuer', state && 'state', 'id'].filter(Boolean).join('_'))
    .limit(limit + 1)
    .lean()
  return pageOf(found, limit, summaryOf, ({ _id }) => cursors.write(list, _id))
}
