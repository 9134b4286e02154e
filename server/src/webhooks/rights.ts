import { problem } from '@rolecall/contract'
import type { Me } from '../access/access.ts'
import type { AccessModels } from '../access/documents.ts'
import { type Tx, within } from '../log/tx.ts'
import type { WebhookDocument } from './documents.ts'

type Models = Pick<AccessModels, 'memberships'>

/**
 * Whether the owner may manage webhooks at present. `permissions` are those of their role: what an endpoint gets is
 * bounded by them.
 */
async function ownerOf({ memberships }: Models, tx: Tx, me: Me, { owner }: WebhookDocument) {
  const { organisation, grants } = me
  const membership = await memberships
    .findOne({ organisation, 'account.id': owner.id, status: 'active' }, { role: 1 }, within(tx))
    .lean()
  const permissions = membership === null ? undefined : grants.permissionsOf(membership.role)
  return permissions?.has('webhook:manage') ? permissions : undefined
}

/**
 * Refuses to have an endpoint sent to elsewhere, signed with another secret, or sent to anew by somebody who may not
 * see all that its owner may: it would be a way to read it. Also where the owner is lost, since nobody knows what they
 * may see once they are back. Throws `webhook_owner_lost` and `forbidden`.
 */
export async function checkMayDirect(models: Models, tx: Tx, me: Me, webhook: WebhookDocument): Promise<void> {
  if (webhook.owner.id === me.account.id) return
  const permissions = await ownerOf(models, tx, me, webhook)
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
