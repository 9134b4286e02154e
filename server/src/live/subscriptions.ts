import type { PermissionSet } from '../access/permission-set.ts'
import type { Holding } from '../access/table.ts'
import type { Tracking } from '../log/tracked-logs.ts'
import type { LiveSocket } from './socket.ts'

/** One socket’s subscription to one organisation. */
export interface Subscription {
  readonly organisation: string
  /** Or the API key. */
  readonly account: string
  readonly socket: LiveSocket
  /** The view whose room the socket is in; undefined while it replays. */
  view: PermissionSet | undefined
  holding: Holding | undefined
  tracking: Tracking | undefined
  /** Whoever awaited something looks here first. `over`: replaced, unsubscribed, disconnected or reset. */
  ended: false | 'revoked' | 'over'
}

/** All subscriptions of this node, by organisation and account. */
export interface Subscriptions {
  add(subscription: Subscription): void
  remove(subscription: Subscription): void
  of(organisation: string, account?: string): readonly Subscription[]
  /** Notes that a subscription sees this from now on; undefined: that it is in no room. */
  see(subscription: Subscription, view: PermissionSet | undefined): void
  /** The different views of an organisation that somebody has. */
  views(organisation: string): readonly PermissionSet[]
}

export function createSubscriptions(): Subscriptions {
  const organisations = new Map<string, Map<string, Set<Subscription>>>()
  const views = new Map<string, Map<PermissionSet, number>>()

  function count(organisation: string, view: PermissionSet, by: 1 | -1): void {
    const counts = views.get(organisation) ?? new Map<PermissionSet, number>()
    views.set(organisation, counts)
    const sum = (counts.get(view) ?? 0) + by
    if (sum > 0) counts.set(view, sum)
    else counts.delete(view)
    if (counts.size === 0) views.delete(organisation)
  }

  return {
    add(subscription) {
      const { organisation, account } = subscription
      const accounts = organisations.get(organisation) ?? new Map<string, Set<Subscription>>()
      organisations.set(organisation, accounts)
      const own = accounts.get(account) ?? new Set<Subscription>()
      accounts.set(account, own)
      own.add(subscription)
    },
    remove(subscription) {
      const { organisation, account } = subscription
      const accounts = organisations.get(organisation)
      const own = accounts?.get(account)
      own?.delete(subscription)
      if (own?.size === 0) accounts?.delete(account)
      if (accounts?.size === 0) organisations.delete(organisation)
    },
    of(organisation, account) {
      const accounts = organisations.get(organisation)
      if (accounts === undefined) return []
      if (account !== undefined) return [...(accounts.get(account) ?? [])]
      return [...accounts.values()].flatMap((own) => [...own])
    },
    see(subscription, view) {
      const { organisation, view: former } = subscription
      if (former !== undefined) count(organisation, former, -1)
      subscription.view = view
      if (view !== undefined) count(organisation, view, 1)
    },
    views: (organisation) => [...(views.get(organisation)?.keys() ?? [])],
  }
}
