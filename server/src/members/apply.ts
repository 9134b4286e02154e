/**
 * What is done to members, one or many, in a change that has locked the organisation’s log. All of it is judged by what
 * holds before the first of it, except that an Admin must remain after the last.
 */
import { ProblemError, problem, type RoleId } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { AccessModels, MembershipDocument } from '../access/documents.ts'
import type { Me } from '../access/me.ts'
import { driverCollection } from '../database/driver-collection.ts'
import { type Snapshot, type Tx, within } from '../log/tx.ts'
import { checkAssignable } from './assignable.ts'
import { count } from './count.ts'
import type { InvitationModels } from './invited/documents.ts'
import { cancelUnsendable } from './invited/end.ts'
import { affectedBy, named, subjectOf } from './member.ts'

export type Action = 'remove' | 'suspend' | 'resume'

/** What is to become of one member. */
export interface Change {
  readonly subject: MembershipDocument
  readonly to: { readonly role: RoleId } | { readonly action: Action }
}

export type ApplyModels = Pick<AccessModels, 'accounts' | 'memberships'> & InvitationModels

/** A member of this organisation and no other. Throws `not_found`. */
export async function existing(
  { memberships }: Pick<AccessModels, 'memberships'>,
  snapshot: Snapshot,
  organisation: string,
  id: string,
): Promise<MembershipDocument> {
  const found = await memberships
    .findOne({ _id: id, organisation, status: trusted({ $ne: 'gone' }) }, null, within(snapshot))
    .lean()
  if (found === null) throw problem('not_found')
  return found
}

/** The member whom the request for a change names. Throws `not_found`. */
export function namedBy({ named }: Me): MembershipDocument {
  if (named === undefined) throw problem('not_found')
  return named
}

/**
 * Makes the changes and answers the memberships as they are then, undefined for who is removed. What is so already is no
 * event. Throws `forbidden`, `personal_organisation` and `last_admin`, by `refuse`, which is told whose change it is.
 */
export async function apply(
  models: ApplyModels,
  tx: Tx,
  me: Me,
  changes: readonly Change[],
  refuse: (error: ProblemError, index: number) => ProblemError = (error) => error,
): Promise<(MembershipDocument | undefined)[]> {
  const { organisation } = me
  const results: (MembershipDocument | undefined)[] = []
  for (const [index, change] of changes.entries()) {
    try {
      results.push(await applyOne(models, tx, me, change))
    } catch (error) {
      throw error instanceof ProblemError ? refuse(error, index) : error
    }
  }
  const lastTaken = changes.findLastIndex(({ subject }, index) => isAdmin(subject) && !isAdmin(results[index]))
  if (lastTaken !== -1 && !(await hasAdmin(models, tx, organisation))) {
    throw refuse(problem('last_admin', { detail: 'Make somebody else an Admin first.' }), lastTaken)
  }
  // Whoever could not invite before has no invitation open: it would have ended with the power to send it.
  const losers = changes
    .filter(({ subject, to }) => couldInvite(me, subject) && ('role' in to || to.action !== 'resume'))
    .map(({ subject }) => subject.account.id)
  const [inviter, ...more] = losers
  if (inviter !== undefined) {
    await cancelUnsendable(models, tx, organisation, { grants: me.grants, ...(more.length === 0 ? { inviter } : {}) })
  }
  return results
}

async function applyOne(
  models: ApplyModels,
  tx: Tx,
  me: Me,
  { subject, to }: Change,
): Promise<MembershipDocument | undefined> {
  if ('role' in to) return changeRole(models, tx, me, subject, to.role)
  switch (to.action) {
    case 'remove':
      return remove(models, tx, me, subject)
    case 'suspend':
      return suspend(models, tx, me, subject)
    case 'resume':
      return resume(models, tx, me, subject)
  }
}

async function changeRole(
  { memberships }: ApplyModels,
  tx: Tx,
  me: Me,
  subject: MembershipDocument,
  role: RoleId,
): Promise<MembershipDocument> {
  checkAssignable(me, subject, role)
  if (role === subject.role) return subject
  checkOwner(subject)
  await driverCollection(memberships).updateOne({ _id: subject._id }, { $set: { role } }, within(tx))
  const { grants } = me
  const change = { ...subjectOf(subject), before: grants.record(subject.role), after: grants.record(role) }
  tx.append(me.organisation, 'member.role_changed', change, affectedBy(subject))
  return { ...subject, role }
}

/** Leaving is open to everyone: nobody’s role is asked. */
async function remove(models: ApplyModels, tx: Tx, me: Me, subject: MembershipDocument): Promise<undefined> {
  const isLeaving = subject._id === me._id
  if (!isLeaving) checkAssignable(me, subject, undefined)
  checkOwner(subject)
  await count(models, tx, me.organisation, -1)
  await models.memberships.deleteOne({ _id: subject._id }, within(tx))
  await models.accounts.updateOne({ _id: subject.account.id }, { $inc: { memberships: -1 } }, within(tx))
  const reason = isLeaving ? 'left' : 'removed'
  const removal = { ...subjectOf(subject), before: me.grants.record(subject.role), reason } as const
  tx.append(me.organisation, 'member.removed', removal, affectedBy(subject))
  return undefined
}

async function suspend(
  { memberships }: ApplyModels,
  tx: Tx,
  me: Me,
  subject: MembershipDocument,
): Promise<MembershipDocument> {
  checkAssignable(me, subject, undefined)
  if (subject.status === 'suspended') return subject
  checkOwner(subject)
  await memberships.updateOne({ _id: subject._id }, { $set: { status: 'suspended' } }, within(tx))
  const suspension = { member: named(subject), before: me.grants.record(subject.role) }
  tx.append(me.organisation, 'member.suspended', suspension, affectedBy(subject))
  return { ...subject, status: 'suspended' }
}

async function resume(
  { memberships }: ApplyModels,
  tx: Tx,
  me: Me,
  subject: MembershipDocument,
): Promise<MembershipDocument> {
  checkAssignable(me, subject, subject.role)
  if (subject.status === 'active') return subject
  const resumption = { member: named(subject), after: me.grants.record(subject.role) }
  // From here on, as after joining: what happened meanwhile is not replayed.
  const sinceSeq = tx.append(me.organisation, 'member.resumed', resumption, [subject.account.id])
  await memberships.updateOne({ _id: subject._id }, { $set: { status: 'active', sinceSeq } }, within(tx))
  return { ...subject, status: 'active', sinceSeq }
}

/** No role and no right takes a personal organisation from its owner. */
function checkOwner({ personalOwner }: MembershipDocument): void {
  if (personalOwner) throw problem('personal_organisation')
}

const couldInvite = ({ grants }: Me, { role }: MembershipDocument): boolean =>
  grants.permissionsOf(role).has('member:manage')

const isAdmin = (membership: MembershipDocument | undefined): boolean =>
  membership?.role === 'admin' && membership.status === 'active'

async function hasAdmin({ memberships }: ApplyModels, tx: Tx, organisation: string): Promise<boolean> {
  const found = await memberships
    .findOne({ organisation, role: 'admin', status: 'active' }, { _id: 1 }, within(tx))
    .lean()
  return found !== null
}
