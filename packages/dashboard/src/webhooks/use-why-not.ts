import { isOurs, type Webhook } from '@rolecall/contract'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { useWatched } from '../ui/use-watched.ts'

/** Why one may not lead an endpoint elsewhere or sign it anew, which is for its owner alone. */
export function useWhyNotLead({ owner }: Webhook): string | undefined {
  const { me } = useOrganisation()
  return owner.id === me.account ? undefined : `${owner.name} owns it. Adopt it first.`
}

/**
 * Why one may not have an endpoint sent to anew: its owner may see more than oneself, or nobody
 * knows what they may see. The server decides; who may not see the members' roles finds out by trying.
 */
export function useWhyNot(endpoint: Webhook): string | undefined {
  const { me, roles, permissions, live } = useOrganisation()
  const { rows, status } = useWatched(live.members)
  const { owner } = endpoint
  if (owner.id === me.account) return undefined
  if (!permissions.includes('member:read') || status !== 'live') return undefined
  const member = rows.find(({ account }) => account.id === owner.id)
  const held = member?.status === 'active' ? roles.get(member.role).permissions : []
  if (!held.includes('webhook:manage')) return `${owner.name} may manage webhooks no longer. Adopt it first.`
  const isMore = held.some((one) => isOurs(one) && !permissions.includes(one))
  return isMore ? `${owner.name} owns it and may see more than you. Adopt it first.` : undefined
}
