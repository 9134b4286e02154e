import { problem } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { Access } from '../access/access.ts'
import type { AccessModels, MembershipDocument } from '../access/documents.ts'
import { grantsIn } from '../access/grants.ts'
import type { Call, Reply } from '../http/call.ts'
import type { Log } from '../log/log.ts'
import { type Tx, within } from '../log/tx.ts'
import { count } from '../members/count.ts'
import type { InvitationModels } from '../members/invited/documents.ts'
import { cancelUnsendable } from '../members/invited/end.ts'
import { affectedBy, subjectOf } from '../members/member.ts'
import type { OrganisationModels } from '../organisations/documents.ts'
import * as organisations from '../organisations/end.ts'
import * as sessions from '../sessions/end.ts'
import { revokeAll } from '../tokens/revoke.ts'
import { discard } from './account-tokens.ts'
import { checkPassword } from './check-password.ts'
import type { AccountTokenModels } from './documents.ts'
import type { ChangeEverywhere } from './everywhere.ts'

interface Parts {
  readonly models: AccessModels & OrganisationModels & InvitationModels & AccountTokenModels
  readonly access: Access
  readonly log: Log
  readonly changeEverywhere: ChangeEverywhere
}

/**
 * Deletes one’s own account: its personal organisation is deleted, its other memberships and its sessions end, and its
 * address is free again. Refused while an organisation other than the personal one would be left without an Admin,
 * also where nobody else is a member of it: what becomes of it is for a person to decide, not a side effect.
 *
 * The logs remain and go on naming the account in what it did and what was done to it; erasing that is not part of this.
 */
export async function deleteAccount(
  { models, access, log, changeEverywhere }: Parts,
  call: Call<'accounts', 'delete'>,
): Promise<Reply<undefined>> {
  const checked = await checkPassword(access, call, call.body.password)
  if (!checked.isRight) throw problem('invalid_credentials')
  const { seq } = await changeEverywhere(call, async (tx, me, held) => {
    if (me.passwordHash !== checked.passwordHash) throw problem('invalid_credentials')
    const [owned, others] = [held.filter(isOwned), held.filter((membership) => !isOwned(membership))]
    await refuseLastAdmin(models, tx, others)
    for (const membership of others) {
      await count(models, tx, membership.organisation, -1)
      const { organisation, role } = membership
      const before = grantsIn(log.locked(tx, organisation)).record(role)
      const removal = { ...subjectOf(membership), before, reason: 'account_deleted' } as const
      tx.append(organisation, 'member.removed', removal, affectedBy(membership))
    }
    for (const { organisation } of owned) await endPersonal(models, log, tx, organisation)
    const open = held.map(({ _id }) => _id)
    await models.memberships.deleteMany({ _id: trusted({ $in: open }) }, within(tx))
    // Left are those in deleted organisations, whose logs can tell it only once they are restored.
    const gone = { status: 'gone', 'account.email': '', search: [], sortName: '' } as const
    await models.memberships.updateMany({ 'account.id': me.account }, { $set: gone }, within(tx))
    for (const { organisation } of others) {
      const grants = grantsIn(log.locked(tx, organisation))
      await cancelUnsendable(models, tx, organisation, { grants, inviter: me.account })
    }
    await sessions.end(models, tx, me.account, 'all', 'account_deleted')
    await revokeAll(models, tx, me.account)
    await discard(models, tx, me.account)
    await models.accounts.deleteOne({ _id: me.account }, within(tx))
    tx.append(me.account, 'account.deleted', {}, [me.account])
    log.close(tx, me.account)
  })
  return { body: undefined, seq, refreshCookie: null }
}

const isOwned = ({ personalOwner }: MembershipDocument) => personalOwner

async function endPersonal(models: OrganisationModels, log: Log, tx: Tx, id: string): Promise<void> {
  const organisation = await models.organisations.findById(id, null, within(tx)).lean()
  if (organisation === null) throw new Error(`the personal organisation ${id} does not exist`)
  await organisations.end(models, log, tx, organisation, 'account_deleted')
}

/** The logs are locked, so that no other Admin can step down or leave at the same time. */
async function refuseLastAdmin(
  models: Parts['models'],
  tx: Tx,
  memberships: readonly MembershipDocument[],
): Promise<void> {
  const orphaned: string[] = []
  for (const { _id, organisation, role, status } of memberships) {
    if (role !== 'admin' || status !== 'active') continue
    const other = await models.memberships
      .findOne({ organisation, role, status, _id: trusted({ $ne: _id }) }, { _id: 1 }, within(tx))
      .lean()
    if (other === null) orphaned.push(organisation)
  }
  if (orphaned.length === 0) return
  const found = await models.organisations.find({ _id: trusted({ $in: orphaned }) }, { name: 1 }, within(tx)).lean()
  const names = new Intl.ListFormat('en').format(found.map(({ name }) => `“${name}”`))
  throw problem('last_admin', {
    detail: `You are the only Admin of ${names}. Make somebody else Admin there, or delete it, first.`,
  })
}
