import type { Account, Member, Organisation } from '@rolecall/contract'

// An account, its personal organisation and its membership there come from one transaction and bear one time. Others
// may be members of a personal organisation too, to whom it is none of their own.

/** Whether an organisation is the personal one of this very account. */
export function isOwn({ personal, createdAt }: Organisation, account: Account): boolean {
  return personal && createdAt === account.createdAt
}

/** Whether a member is the one whose personal organisation it is. */
export function isOwner({ since }: Member, organisation: { isPersonal: boolean; createdAt: string }): boolean {
  return organisation.isPersonal && since === organisation.createdAt
}
