import { problem } from '@rolecall/contract'
import type { AccessModels, AccountDocument } from '../access/documents.ts'
import { type Tx, within } from '../log/tx.ts'

/**
 * In how many organisations an account can be, deleted ones that can be restored included: what changes it changes it in
 * all of them at once, and what is one change must end in time. Others can add it to fewer, so that they cannot use up
 * what it may join itself.
 */
const most = { added: 200, joining: 250 } as const

/** How somebody became a member: added by somebody else, or joining of their own accord. */
export type Way = keyof typeof most

/**
 * Refuses a membership that was just written and is one too many: `membership_limit`. The account’s `memberships` were
 * counted in this transaction before, so that of two changes which give it a membership at once one runs again. They may
 * say more than there are, never less.
 */
export async function checkMemberships(
  { memberships }: Pick<AccessModels, 'memberships'>,
  tx: Tx,
  account: Pick<AccountDocument, '_id' | 'memberships'>,
  way: Way,
): Promise<void> {
  const max = most[way]
  if (account.memberships <= max) return
  const present = await memberships.countDocuments({ 'account.id': account._id }, { ...within(tx), limit: max + 1 })
  if (present <= max) return
  throw problem('membership_limit', {
    detail:
      way === 'added'
        ? `Nobody can be added to more than ${max} organisations. Invite them instead: they can join ${most.joining}.`
        : `You can be in ${max}, deleted ones that can be restored included. Leave one first.`,
  })
}
