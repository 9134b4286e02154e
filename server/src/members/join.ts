import { problem, type RoleId } from '@rolecall/contract'
import type { AccessModels, AccountDocument, MembershipDocument } from '../access/documents.ts'
import type { Grants } from '../access/grants.ts'
import { duplicateKeyOf } from '../database/duplicate-key.ts'
import { newId } from '../ids.ts'
import { type Tx, within } from '../log/tx.ts'
import { shown } from './member.ts'

interface Joining {
  readonly organisation: string
  readonly account: Pick<AccountDocument, '_id' | 'name' | 'email'>
  readonly role: RoleId
  /** What the roles of the organisation permit; absent for a new one, which has the built-in roles as they come. */
  readonly grants?: Pick<Grants, 'record'>
  readonly personalOwner?: boolean
  /** The log begins with this membership: nothing in it is from before. */
  readonly isFounder?: boolean
}

/**
 * Makes an account a member, in a change that has named the organisation’s log. The caller has counted the account’s
 * `memberships` in the same transaction, so that the account cannot end meanwhile. Throws `already_member`.
 */
export async function join(
  { memberships }: Pick<AccessModels, 'memberships'>,
  tx: Tx,
  { organisation, account, role, grants, personalOwner = false, isFounder = false }: Joining,
): Promise<MembershipDocument> {
  const membership = {
    _id: newId('mem'),
    organisation,
    account: { id: account._id, name: account.name, email: account.email },
    role,
    status: 'active' as const,
    personalOwner,
    since: tx.at,
  }
  const permissions = grants?.record(role).permissions
  const added = { member: shown({ ...membership, sinceSeq: 0 }), ...(permissions === undefined ? {} : { permissions }) }
  const seq = tx.append(organisation, 'member.added', added, [account._id])
  const sinceSeq = isFounder ? 0 : seq
  await memberships.create([{ ...membership, sinceSeq }], within(tx)).catch((error: unknown) => {
    throw duplicateKeyOf(error) === 'organisation_account' ? problem('already_member') : error
  })
  return { ...membership, sinceSeq }
}
