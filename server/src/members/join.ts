import { problem, type RoleId } from '@rolecall/contract'
import type { AccessModels, AccountDocument, MembershipDocument } from '../access/documents.ts'
import type { Grants } from '../access/grants.ts'
import { duplicateKeyOf } from '../database/duplicate-key.ts'
import { emailKey } from '../email.ts'
import { newId } from '../ids.ts'
import { type Tx, within } from '../log/tx.ts'
import { count } from './count.ts'
import type { InvitationModels } from './invited/documents.ts'
import { consume } from './invited/end.ts'
import { checkMemberships, type Way } from './limit.ts'
import { shown } from './member.ts'
import { searchKeys } from './search.ts'

type Joiner = Pick<AccountDocument, '_id' | 'name' | 'email' | 'memberships'>

interface Joining {
  readonly organisation: string
  readonly account: Joiner
  readonly role: RoleId
  /** What the roles of the organisation permit. */
  readonly grants: Pick<Grants, 'record'>
  readonly maxMembers: number
  readonly way: Way
}

/**
 * Makes an account a member, in a change that has named the organisation’s log, and withdraws what invitation waits for
 * it there. The caller has counted the account’s `memberships` in the same transaction, so that the account cannot end
 * meanwhile. Throws `already_member`, `member_limit`,
 * `membership_limit`.
 */
export async function join(
  models: Pick<AccessModels, 'memberships'> & InvitationModels,
  tx: Tx,
  { organisation, account, role, grants, maxMembers, way }: Joining,
): Promise<MembershipDocument> {
  const members = await count(models, tx, organisation, 1)
  const membership = membershipOf(tx, organisation, account, { role, personalOwner: false })
  const { permissions } = grants.record(role)
  const added = { member: shown(membership), ...(permissions === undefined ? {} : { permissions }) }
  const sinceSeq = tx.append(organisation, 'member.added', added, [account._id])
  await write(models, tx, { ...membership, sinceSeq })
  // After the write: whoever is a member already is told that, full or not.
  if (members > maxMembers) {
    throw problem('member_limit', { detail: `It can have ${maxMembers}. Somebody has to leave first.` })
  }
  await checkMemberships(models, tx, account, way)
  await consume(models, tx, organisation, emailKey(account.email))
  return { ...membership, sinceSeq }
}

/** The first member of an organisation that begins in this change, with whom its log begins: nothing is from before. */
export async function joinAsFounder(
  models: Pick<AccessModels, 'memberships'>,
  tx: Tx,
  { organisation, account, personal }: { organisation: string; account: Joiner; personal: boolean },
): Promise<void> {
  const membership = membershipOf(tx, organisation, account, { role: 'admin', personalOwner: personal })
  tx.setCount(organisation, 'members', 1)
  tx.append(organisation, 'member.added', { member: shown(membership) }, [account._id])
  await write(models, tx, membership)
  await checkMemberships(models, tx, account, 'joining')
}

function membershipOf(
  tx: Tx,
  organisation: string,
  { _id: id, name, email }: Joiner,
  held: Pick<MembershipDocument, 'role' | 'personalOwner'>,
): MembershipDocument {
  const account = { id, name, email }
  return {
    _id: newId('mem'),
    organisation,
    account,
    ...held,
    status: 'active',
    since: tx.at,
    sinceSeq: 0,
    ...searchKeys(account),
  }
}

async function write(
  { memberships }: Pick<AccessModels, 'memberships'>,
  tx: Tx,
  membership: MembershipDocument,
): Promise<void> {
  await memberships.create([membership], within(tx)).catch((error: unknown) => {
    throw duplicateKeyOf(error) === 'organisation_account' ? problem('already_member') : error
  })
}
