/** How invitations end other than by acceptance: each time in a change that has locked the organisation’s log. */
import { canAssign, type EventData, type RoleHolder } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { AccessModels } from '../../access/documents.ts'
import type { Grants } from '../../access/grants.ts'
import { type Snapshot, type Tx, within } from '../../log/tx.ts'
import type { InvitationDocument, InvitationModels } from './documents.ts'
import { named } from './invitation.ts'

type Models = InvitationModels & Pick<AccessModels, 'memberships'>

type Ended = Exclude<InvitationDocument['status'], 'pending'>

/** How an invitation ended can be read for so long; the log tells of it for ever. */
const keptForMs = 90 * 24 * 60 * 60 * 1_000

const ending = (status: Ended, { at }: Tx) => ({
  $set: { status, removeAt: new Date(at.getTime() + keptForMs) },
  $unset: { notice: 1 } as const,
})

/** Sets how a pending invitation ended. The event is the caller’s: each way has one of its own. */
export async function end(
  { invitations }: InvitationModels,
  tx: Tx,
  { _id }: InvitationDocument,
  status: Ended,
): Promise<void> {
  await invitations.updateOne({ _id, status: 'pending' }, ending(status, tx), within(tx))
}

/** Withdraws a pending invitation. */
export async function revoke(
  models: InvitationModels,
  tx: Tx,
  invitation: InvitationDocument,
  reason: EventData<'invitation.revoked'>['reason'],
): Promise<void> {
  await end(models, tx, invitation, 'revoked')
  tx.append(invitation.organisation, 'invitation.revoked', { invitation: named(invitation), reason })
}

/** Withdraws what waits for somebody who has just become a member in another way. */
export async function consume(
  models: InvitationModels,
  tx: Tx,
  organisation: string,
  emailKey: string,
): Promise<InvitationDocument | undefined> {
  const invitation = await models.invitations
    .findOne({ organisation, emailKey, status: 'pending' }, null, within(tx))
    .lean()
  if (invitation === null) return undefined
  await revoke(models, tx, invitation, 'added')
  return invitation
}

/**
 * Of these invitations of one organisation, those whose sender could give the role at this moment: a member who is not
 * suspended, by the one rule for giving roles.
 */
export async function sendable(
  { memberships }: Pick<AccessModels, 'memberships'>,
  snapshot: Snapshot,
  grants: Pick<Grants, 'find' | 'permissionsOf'>,
  organisation: string,
  invitations: readonly InvitationDocument[],
): Promise<InvitationDocument[]> {
  const senders = [...new Set(invitations.map(({ inviter }) => inviter.id))]
  const found = await memberships
    .find(
      { organisation, 'account.id': trusted({ $in: senders }), status: 'active' },
      { account: 1, role: 1 },
      within(snapshot),
    )
    .lean()
  const holders = new Map(
    found.map(({ account: { id: account }, role }): [string, RoleHolder] => [
      account,
      { account, role, permissions: grants.permissionsOf(role).list },
    ]),
  )
  return invitations.filter(({ role, inviter }) => {
    const holder = holders.get(inviter.id)
    const permissions = grants.find(role)?.list
    if (holder === undefined || permissions === undefined) return false
    return canAssign(holder, undefined, { role, permissions }).allowed
  })
}

/**
 * Withdraws the pending invitations whose sender could not send them any longer, and answers them. For every change
 * that takes power from somebody, after it has been written: `inviter` where it concerns one account, absent where a
 * role permits something else than before, or is no more. `grants` are those that hold after the change.
 */
export async function cancelUnsendable(
  models: Models,
  tx: Tx,
  organisation: string,
  { grants, inviter }: { readonly grants: Pick<Grants, 'find' | 'permissionsOf'>; readonly inviter?: string },
): Promise<InvitationDocument[]> {
  const pending = await models.invitations
    .find(
      { organisation, status: 'pending', ...(inviter === undefined ? {} : { 'inviter.id': inviter }) },
      null,
      within(tx),
    )
    .sort({ _id: 1 })
    .lean()
  if (pending.length === 0) return []
  const kept = new Set(await sendable(models, tx, grants, organisation, pending))
  const cancelled = pending.filter((invitation) => !kept.has(invitation))
  if (cancelled.length === 0) return []
  // In one write: there may be as many as can be pending, in each organisation that the change is about.
  const ids = cancelled.map(({ _id }) => _id)
  await models.invitations.updateMany(
    { _id: trusted({ $in: ids }), status: 'pending' },
    ending('revoked', tx),
    within(tx),
  )
  for (const invitation of cancelled) {
    tx.append(organisation, 'invitation.revoked', { invitation: named(invitation), reason: 'not_assignable' })
  }
  return cancelled
}
