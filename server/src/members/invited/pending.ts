import type { Invitation } from '@rolecall/contract'
import { type Snapshot, within } from '../../log/tx.ts'
import type { InvitationModels } from './documents.ts'
import { shown } from './invitation.ts'

/**
 * An organisation has at most so many pending invitations: what withdraws them all at once stays one bounded change, also
 * where somebody has sent them in many organisations and deletes their account.
 */
export const maxPending = 200

/** Who is invited to an organisation and has not answered yet, in the order in which they were invited. */
export async function pendingOf(
  { invitations }: InvitationModels,
  snapshot: Snapshot,
  organisation: string,
): Promise<Invitation[]> {
  const pending = await invitations
    .find({ organisation, status: 'pending' }, null, within(snapshot))
    .sort({ _id: 1 })
    .lean()
  return pending.map(shown)
}
