import type { Query } from '@rolecall/contract'
import { trusted } from 'mongoose'
import { type ListCursors, pageOf } from '../list-cursor.ts'
import { type Snapshot, within } from '../log/tx.ts'
import { matching } from '../word-search.ts'
import { shown } from './application.ts'
import type { ApplicationModels } from './documents.ts'

/**
 * By name. A search walks in this order too and looks at each: there are few enough in one organisation that another
 * index would cost more than it saves.
 */
export async function listApplications(
  { applications }: ApplicationModels,
  snapshot: Snapshot,
  organisation: string,
  cursors: ListCursors,
  { after, limit, q }: Query<'applications', 'list'>,
) {
  const list = `applications of ${organisation} ${JSON.stringify(q)}`
  const position = cursors.read(list, after)
  const words = matching(q)
  if (q.trim() !== '' && words.length === 0) return { data: [] }
  const found = await applications
    .find(
      {
        organisation,
        nameKey: trusted({ $gt: position ?? '' }),
        ...(words.length === 0 ? {} : { $and: [...words] }),
      },
      null,
      within(snapshot),
    )
    .sort({ nameKey: 1 })
    .hint('organisation_nameKey')
    .limit(limit + 1)
    .lean()
  return pageOf(found, limit, shown, ({ nameKey }) => cursors.write(list, nameKey))
}
