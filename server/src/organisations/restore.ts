import { type Answer, problem } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { AccessModels, MembershipDocument } from '../access/documents.ts'
import type { Me } from '../access/me.ts'
import type { Log } from '../log/log.ts'
import { type Tx, within } from '../log/tx.ts'
import type { InvitationDocument, InvitationModels } from '../members/invited/documents.ts'
import { cancelUnsendable } from '../members/invited/end.ts'
import { named } from '../members/member.ts'
import { takeBack } from './claims.ts'
import type { OrganisationDocument, OrganisationModels } from './documents.ts'
import { restorableUntil } from './organisation.ts'

interface Parts {
  readonly models: OrganisationModels & InvitationModels & Pick<AccessModels, 'memberships'>
  readonly log: Pick<Log, 'reopen'>
}

type Report = Omit<Answer<'organisations', 'restore'>, 'organisation'>

/**
 * Brings a deleted organisation back as it was: members, suspended or not, with their roles, and invitations. Reports
 * what could not be. Throws `not_found` once its time is over.
 */
export async function restore(
  { models, log }: Parts,
  tx: Tx,
  { grants }: Me,
  { _id, name, nameKey, owner, deletedAt }: OrganisationDocument,
): Promise<Report> {
  if (deletedAt === undefined) return { missing: [], expiredInvitations: [], revokedInvitations: [] }
  const isOver = tx.at >= restorableUntil(deletedAt)
  // A personal one went with its owner’s account.
  if (isOver || owner !== null || !(await takeBack(models, tx, nameKey, _id))) throw problem('not_found')
  log.reopen(tx, _id)
  await models.organisations.updateOne({ _id }, { $unset: { deletedAt: 1, touched: 1 } }, within(tx))
  tx.append(_id, 'organisation.restored', { organisation: { id: _id, name }, roles: grants.recorded() })
  const missing = await removeMissing(models, tx, _id, grants)
  const revoked = missing.length === 0 ? [] : await cancelUnsendable(models, tx, _id, { grants })
  const expired = await dueNow(models, tx, _id)
  return {
    missing: missing.map((membership) => ({ ...named(membership), role: membership.role })),
    expiredInvitations: expired.map(addressed),
    revokedInvitations: revoked.map(addressed),
  }
}

/** Removes those who deleted their accounts meanwhile, now that the log can say so. */
async function removeMissing(
  { memberships }: Parts['models'],
  tx: Tx,
  organisation: string,
  grants: Me['grants'],
): Promise<MembershipDocument[]> {
  const missing = await memberships.find({ organisation, status: 'gone' }, null, within(tx)).sort({ _id: 1 }).lean()
  if (missing.length === 0) return []
  const members = tx.counted(organisation, 'members')
  if (members !== undefined) tx.setCount(organisation, 'members', members - missing.length)
  for (const membership of missing) {
    const removal = { member: named(membership), before: grants.record(membership.role) }
    tx.append(organisation, 'member.removed', { ...removal, reason: 'account_deleted' })
  }
  await memberships.deleteMany({ organisation, status: 'gone' }, within(tx))
  return missing
}

/** While the log was closed nobody could be told that an invitation has expired: the job that tells it does so next. */
async function dueNow({ invitations }: InvitationModels, tx: Tx, organisation: string): Promise<InvitationDocument[]> {
  const pending = await invitations.find({ organisation, status: 'pending' }, null, within(tx)).sort({ _id: 1 }).lean()
  const expired = pending.filter(({ expiresAt }) => expiresAt <= tx.at)
  const ids = expired.map(({ _id }) => _id)
  if (ids.length > 0)
    await invitations.updateMany({ _id: trusted({ $in: ids }) }, { $set: { dueAt: tx.at } }, within(tx))
  return expired
}

const addressed = ({ _id, email }: InvitationDocument) => ({ id: _id, email })
