import type { Account, Member, Organisation } from '@rolecall/contract'

/** Whether an organisation is the personal one of this very account. Others may be members of it too. */
export function isOwn({ owner }: Organisation, account: Account): boolean {
  return owner === account.id
}

/** Whether a member is the one whose personal organisation it is. */
export function isOwner({ account }: Member, organisation: Pick<Organisation, 'owner'>): boolean {
  return organisation.owner === account.id
}
