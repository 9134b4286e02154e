import { type EventData, maxListed } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { AccessModels } from '../access/documents.ts'
import { type Tx, within } from '../log/tx.ts'

type Reason = EventData<'session.ended'>['reason']

/** Which of an account's sessions: one, all but one, or all. */
type Which = { readonly only: string } | { readonly except: string } | 'all'

/** Ends open sessions of an account: their tokens are refused from here on. Answers how many there were. */
export async function end(
  { sessions }: Pick<AccessModels, 'sessions'>,
  tx: Tx,
  account: string,
  which: Which,
  reason: Reason,
): Promise<number> {
  const open = await sessions
    .find({ account, ...idFilter(which) }, { _id: 1 }, within(tx))
    .sort({ _id: 1 })
    .lean()
  if (open.length === 0) return 0
  const ids = open.map(({ _id }) => _id)
  await sessions.deleteMany({ _id: trusted({ $in: ids }) }, within(tx))
  tx.append(account, 'session.ended', { sessions: ids, reason }, [account])
  return ids.length
}

/** So many sessions an account may have open. */
export const maxSessions = maxListed.sessions

/** Makes room for one more session: those that were not used for longest end. Answers how many these are. */
export async function endSurplus(models: Pick<AccessModels, 'sessions'>, tx: Tx, account: string): Promise<number> {
  const open = await models.sessions.find({ account }, { _id: 1 }, within(tx)).sort({ lastUsedAt: 1, _id: 1 }).lean()
  const surplus = open.slice(0, Math.max(0, open.length - maxSessions + 1))
  for (const { _id } of surplus) await end(models, tx, account, { only: _id }, 'too_many_sessions')
  return surplus.length
}

function idFilter(which: Which): { _id?: string | { $ne: string } } {
  if (which === 'all') return {}
  return 'only' in which ? { _id: which.only } : { _id: trusted({ $ne: which.except }) }
}
