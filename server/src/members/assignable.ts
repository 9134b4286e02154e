import { canAssign, problem, type RoleHolder, type RoleId } from '@rolecall/contract'
import type { Me } from '../access/access.ts'
import type { MembershipDocument } from '../access/documents.ts'

type Held = Pick<MembershipDocument, 'account' | 'role'>

/**
 * Every way in which a role is given or taken asks the contract’s one rule. Throws `forbidden` with its reason, and
 * `role_not_found` for a role that the organisation does not have.
 */
export function checkAssignable(me: Me, subject: Held | undefined, role: RoleId | undefined): void {
  const { grants } = me
  const holder = ({ account, role: held }: Held): RoleHolder => ({ account: account.id, ...grants.grant(held) })
  const answer = canAssign(holder(me), subject && holder(subject), role && grants.grant(role))
  if (answer.allowed) return
  const missing = answer.missing.length === 0 ? '' : ` Yours lacks ${answer.missing.join(', ')}.`
  throw problem('forbidden', { detail: `${answer.reason}${missing}` })
}
