import { problem } from '@rolecall/contract'
import type { AccessModels } from '../access/documents.ts'
import type { Grants } from '../access/grants.ts'
import type { Me } from '../access/me.ts'
import type { PermissionSet } from '../access/permission-set.ts'
import { type Tx, within } from '../log/tx.ts'
import type { WebhookDocument } from './documents.ts'

type Models = Pick<AccessModels, 'memberships'>

/** What the owner is permitted, as of the change; undefined where they may manage webhooks no longer. */
export async function ownerPermissions(
  { memberships }: Models,
  tx: Tx,
  grants: Grants,
  { organisation, owner }: WebhookDocument,
): Promise<PermissionSet | undefined> {
  const membership = await memberships
    .findOne({ organisation, 'account.id': owner.id, status: 'active' }, { role: 1 }, within(tx))
    .lean()
  const permissions = membership === null ? undefined : grants.permissionsOf(membership.role)
  return permissions?.has('webhook:manage') ? permissions : undefined
}

/**
 * Refuses to have an endpoint sent to elsewhere, or signed with another secret, by anybody but its owner: whoever does so
 * reads what the owner may see, from then on, and the owner may see more one day. Throws `webhook_owner_lost` and
 * `forbidden`.
 */
export async function checkOwns(models: Models, tx: Tx, me: Me, webhook: WebhookDocument): Promise<void> {
  if (webhook.owner.id === me.account.id) return
  if ((await ownerPermissions(models, tx, me.grants, webhook)) === undefined) throw ownerLost()
  throw problem('forbidden', {
    detail:
      'Its owner alone says where it leads and what it is signed with. Adopt it first: it then gets what you may see.',
  })
}

/**
 * Refuses to have an endpoint sent to anew by somebody who may not see all that its owner may. Also where the owner is
 * lost, since nobody knows what they may see once they are back. Throws `webhook_owner_lost` and `forbidden`.
 */
export async function checkMayDirect(models: Models, tx: Tx, me: Me, webhook: WebhookDocument): Promise<void> {
  if (webhook.owner.id === me.account.id) return
  const permissions = await ownerPermissions(models, tx, me.grants, webhook)
  if (permissions === undefined) throw ownerLost()
  if (permissions.list.every((permission) => me.permissions.has(permission))) return
  throw problem('forbidden', {
    detail: 'Its owner may see what you may not. Adopt it first: it then gets what you may see.',
  })
}

const ownerLost = () =>
  problem('webhook_owner_lost', {
    detail: 'Its owner may manage webhooks no longer. Adopt it: it then gets what you may see.',
  })
