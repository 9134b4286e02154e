import { problem } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { Access } from '../access/access.ts'
import type { AccessModels, MembershipDocument } from '../access/documents.ts'
import { emailKey } from '../email.ts'
import type { Handlers } from '../http/call.ts'
import { type ListCursors, pageOf } from '../list-cursor.ts'
import { type Snapshot, type Tx, within } from '../log/tx.ts'
import { checkAssignable } from './assignable.ts'
import { count } from './count.ts'
import type { InvitationModels } from './invited/documents.ts'
import { cancelUnsendable } from './invited/end.ts'
import { join } from './join.ts'
import { named, shown } from './member.ts'

interface Parts {
  readonly models: Pick<AccessModels, 'accounts' | 'memberships'> & InvitationModels
  readonly access: Access
  readonly cursors: ListCursors
  readonly maxMembers: number
}

export function createMembers({ models, access, cursors, maxMembers }: Parts): Handlers<'members'> {
  const { accounts, memberships } = models

  async function existing(id: string, organisation: string, snapshot: Snapshot): Promise<MembershipDocument> {
    const membership = await memberships.findOne({ _id: id, organisation }, null, within(snapshot)).lean()
    if (membership === null) throw problem('not_found')
    return membership
  }

  /** What no role and no right can take from an organisation: its owner, if it is personal, and its last Admin. */
  async function checkDispensable(
    { _id, organisation, role, status, personalOwner }: MembershipDocument,
    tx: Tx,
  ): Promise<void> {
    if (personalOwner) throw problem('personal_organisation')
    if (role !== 'admin' || status !== 'active') return
    const other = await memberships
      .findOne({ organisation, role: 'admin', status: 'active', _id: trusted({ $ne: _id }) }, { _id: 1 }, within(tx))
      .lean()
    if (other === null) throw problem('last_admin', { detail: 'Make somebody else an Admin first.' })
  }

  return {
    async list(call) {
      const { after, limit } = call.query
      return access.readOrganisation(call, async (snapshot, { organisation }) => {
        const list = `members of ${organisation}`
        const position = cursors.read(list, after) ?? ''
        const found = await memberships
          .find({ organisation, _id: trusted({ $gt: position }) }, null, within(snapshot))
          .sort({ _id: 1 })
          .limit(limit + 1)
          .lean()
        return pageOf(found, limit, shown, ({ _id }) => cursors.write(list, _id))
      })
    },

    add: (call) =>
      access.changeOrganisation(call, async (tx, me, organisation) => {
        const { email, role } = call.body
        checkAssignable(me, undefined, role)
        // Counted before anything else is written: an account that is being deleted conflicts here.
        const account = await accounts
          .findOneAndUpdate(
            { emailKey: emailKey(email) },
            { $inc: { memberships: 1 } },
            { ...within(tx), returnDocument: 'after' },
          )
          .lean()
        if (account === null) throw problem('account_not_found')
        return shown(await join(models, tx, { organisation, account, role, grants: me.grants, maxMembers }))
      }),

    read: (call) =>
      access.readOrganisation(call, async (snapshot, { organisation }) =>
        shown(await existing(call.params.member, organisation, snapshot)),
      ),

    changeRole: (call) =>
      access.changeOrganisation(call, async (tx, me, organisation) => {
        const { role } = call.body
        const subject = await existing(call.params.member, organisation, tx)
        checkAssignable(me, subject, role)
        if (role === subject.role) return shown(subject)
        await checkDispensable(subject, tx)
        await memberships.updateOne({ _id: subject._id }, { $set: { role } }, within(tx))
        const { grants } = me
        const change = {
          member: named(subject),
          before: grants.record(subject.role),
          after: grants.record(role),
          ...(subject.status === 'suspended' ? { suspended: true as const } : {}),
        }
        tx.append(organisation, 'member.role_changed', change, [subject.account.id])
        await cancelUnsendable(models, tx, organisation, { grants, inviter: subject.account.id })
        return shown({ ...subject, role })
      }),

    // Leaving needs no more than being a member; whoever removes others needs `call.permission`.
    remove: (call) =>
      access.changeOrganisation({ ...call, permission: 'organisation:read' }, async (tx, me, organisation) => {
        const isLeaving = call.params.member === me._id
        // Before anything is looked up: who may not see the members must not learn from the answer who is one.
        if (!isLeaving && !me.permissions.has(call.permission)) {
          throw problem('forbidden', { detail: `This needs the permission ${call.permission}, except to leave.` })
        }
        const subject = isLeaving ? me : await existing(call.params.member, organisation, tx)
        if (!isLeaving) checkAssignable(me, subject, undefined)
        await checkDispensable(subject, tx)
        await count(models, tx, organisation, -1)
        await memberships.deleteOne({ _id: subject._id }, within(tx))
        await accounts.updateOne({ _id: subject.account.id }, { $inc: { memberships: -1 } }, within(tx))
        const reason = isLeaving ? 'left' : 'removed'
        const removal = { member: named(subject), before: me.grants.record(subject.role), reason } as const
        tx.append(organisation, 'member.removed', removal, [subject.account.id])
        await cancelUnsendable(models, tx, organisation, { grants: me.grants, inviter: subject.account.id })
        return undefined
      }),
  }
}
