import type { Member } from '@rolecall/contract'
import type { MembershipDocument } from '../access/documents.ts'

/** A membership as those see it who may see the members. */
export function shown({ _id, organisation, account, role, status, since }: MembershipDocument): Member {
  const { id, name, email } = account
  return {
    id: _id,
    organisation,
    account: { id, name, email },
    role,
    status: status === 'suspended' ? status : 'active',
    since: since.toISOString(),
  }
}

/** A membership as an event names it: without the email address. */
export function named({ _id, account }: Pick<MembershipDocument, '_id' | 'account'>) {
  return { id: _id, account: { id: account.id, name: account.name } }
}

/** Whom an event is about that changes something also while they are suspended. */
export function subjectOf(membership: Pick<MembershipDocument, '_id' | 'account' | 'status'>) {
  const suspended = membership.status === 'suspended' ? { suspended: true as const } : {}
  return { member: named(membership), ...suspended }
}

/** Whose access changes with this membership: nobody’s while it is suspended. */
export function affectedBy({ status, account }: Pick<MembershipDocument, 'status' | 'account'>): string[] {
  return status === 'active' ? [account.id] : []
}
