import { type Assignability, canAssign, problem, type RoleHolder, type RoleId } from '@rolecall/contract'
import type { Me } from '../access/me.ts'

interface Held {
  readonly account: { readonly id: string }
  readonly role: RoleId
}

/**
 * Every way in which a role is given or taken asks the contract’s one rule. An API key gives and takes what it may itself
 * and whoever has issued it may too. Throws `forbidden` with its reason, and
 * `role_not_found` for a role that the organisation does not have.
 */
export function checkAssignable(me: Me, subject: Held | undefined, role: RoleId | undefined): void {
  const { grants } = me
  const holder = ({ account, role: held }: Held): RoleHolder => ({ account: account.id, ...grants.grant(held) })
  const own: RoleHolder = { account: me.account.id, role: me.role, permissions: me.permissions.list }
  const actors = me.issuer === undefined ? [own] : [own, holder(me.issuer)]
  for (const actor of actors) check(canAssign(actor, subject && holder(subject), role && grants.grant(role)))
}

function check(answer: Assignability): void {
  if (answer.allowed) return
  const missing = answer.missing.length === 0 ? '' : ` Yours lacks ${answer.missing.join(', ')}.`
  throw problem('forbidden', { detail: `${answer.reason}${missing}` })
}
