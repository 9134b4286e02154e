import type { Role } from '@rolecall/contract'
import type { RolecallError } from '../error.ts'
import type { ViewStatus } from '../live/entries.ts'
import type { EndReason, Live, LiveStatus } from '../live/live.ts'
import type { Lives } from '../live/lives.ts'
import type { RolesView } from '../live/roles.ts'
import type { Rolecall } from '../rolecall.ts'
import { ageMs, type Confirmable, type Confirmations, type Moment, present } from './freshness.ts'
import { createHoldingsKeeper, type Holdings } from './holdings.ts'

/**
 * Whether what is known of an organisation can be answered from. `loading`: not read yet, or not again. `stale`: the
 * server has not been heard of for too long. `hidden`: the guard’s own role does not hold `member:read`. `ended`: the
 * guard is not, or not any more, in the organisation; it looks again after a while.
 */
export type GuardState =
  | { readonly state: 'live' | 'loading' | 'stale' | 'hidden' }
  | { readonly state: 'ended'; readonly reason: EndReason; readonly error?: RolecallError }

export type Reason = 'permitted' | 'not_permitted' | 'suspended' | 'not_a_member'

/** Why somebody may or may not: `permitted` alone permits. The state says why nothing is known. */
export interface Decision {
  readonly allowed: boolean
  readonly reason: Reason | Exclude<GuardState['state'], 'live'>
}

/** One organisation, kept in memory. */
export interface Followed {
  state(): GuardState
  /** Undefined while the state is another than `live`. */
  reasonFor(account: string, permission: string): Reason | undefined
  /** Resolves once the state is none that passes by itself. Whoever waits no longer says so. */
  settled(): { readonly settled: Promise<void>; stop(): void }
  /** The same, and what had been committed when this was asked is known. */
  caughtUp(): Promise<void>
  /** When it ended, if it has. */
  endedAt(): Moment | undefined
  close(): void
}

/** What a client’s organisations are followed by: a connection that is the guard’s own, and what is confirmed over it. */
export interface Watch {
  readonly rolecall: Rolecall
  readonly lives: Lives
  readonly confirmations: Confirmations
}

export function follow({ rolecall, lives, confirmations }: Watch, organisation: string, maxStaleMs: number): Followed {
  let live: Live
  let roles: RolesView
  let status: ViewStatus = 'loading'
  let holdings: Holdings = new Map()
  let subscription: object | undefined
  let confirmedAt: Moment | undefined
  /** Whether all has been read: kept, because it is asked with each answer. */
  let isRead = false
  let end: { readonly at: Moment; readonly state: GuardState } | undefined
  let stop: () => void = () => undefined
  /** Who waits, and for what was confirmed since when. */
  const waiting = new Map<() => void, number>()
  const held = new WeakMap<Role, ReadonlySet<string>>()

  const confirmable: Confirmable = {
    subscription: () => subscription,
    confirmed(at) {
      if (confirmedAt === undefined || confirmedAt.monotonicMs < at.monotonicMs) confirmedAt = at
      look()
    },
  }

  const look = () => {
    isRead = end === undefined && status === 'live' && roles.status === 'live'
    const { state } = current()
    if (state === 'loading' || state === 'stale') return
    for (const [resolve, sinceMs] of waiting) {
      if (end === undefined && sinceMs > (confirmedAt?.monotonicMs ?? Number.NEGATIVE_INFINITY)) continue
      waiting.delete(resolve)
      resolve()
    }
  }

  const current = (): GuardState => {
    if (end !== undefined) return end.state
    if (status === 'hidden') return { state: 'hidden' }
    if (!isRead || confirmedAt === undefined) return { state: 'loading' }
    return { state: ageMs(confirmedAt) <= maxStaleMs ? 'live' : 'stale' }
  }

  /** All anew: nothing of what was known before holds any more. */
  const begin = () => {
    const own = lives.live(organisation)
    const keeper = createHoldingsKeeper(rolecall, organisation, (next, entries) => {
      if (live !== own) return
      status = next
      holdings = entries
      look()
    })
    const permit = () => keeper.permit(own.permissions.includes('member:read'))
    const take = (next: LiveStatus) => {
      subscription = next.state === 'live' ? {} : undefined
      if (next.state === 'live') {
        permit()
        confirmations.ask()
      } else if (next.state === 'ended') {
        const { reason, error } = next
        close({ state: 'ended', reason, ...(error === undefined ? {} : { error }) })
      }
    }
    live = own
    roles = own.roles
    status = 'loading'
    isRead = false
    holdings = new Map()
    subscription = undefined
    confirmedAt = undefined
    const stops = [
      roles.subscribe(look),
      own.on('event', keeper.apply),
      own.on('access', permit),
      own.on('resync', () => {
        stop()
        begin()
      }),
      own.on('status', take),
    ]
    stop = () => {
      for (const one of stops) one()
      keeper.end()
      own.close()
    }
    // Of a client that is closed it has ended already.
    take(own.status)
  }

  const close = (state: GuardState) => {
    if (end !== undefined) return
    end = { at: present(), state }
    confirmations.remove(confirmable)
    stop()
    look()
  }

  const waitSince = (sinceMs: number) => {
    let stop = () => {}
    const settled = new Promise<void>((resolve) => {
      waiting.set(resolve, sinceMs)
      stop = () => waiting.delete(resolve)
      look()
    })
    return { settled, stop }
  }

  confirmations.add(confirmable)
  begin()

  return {
    state: current,
    reasonFor(account, permission) {
      if (!isRead || confirmedAt === undefined || !(ageMs(confirmedAt) <= maxStaleMs)) return undefined
      const holding = holdings.get(account)?.row
      if (holding === undefined) return 'not_a_member'
      if (!holding.isActive) return 'suspended'
      const role = roles.get(holding.role)
      if (role === undefined) return 'not_permitted'
      let permissions = held.get(role)
      if (permissions === undefined) {
        permissions = new Set(role.permissions)
        held.set(role, permissions)
      }
      return permissions.has(permission) ? 'permitted' : 'not_permitted'
    },
    settled: () => waitSince(Number.NEGATIVE_INFINITY),
    caughtUp() {
      confirmations.ask()
      return waitSince(performance.now()).settled
    },
    endedAt: () => end?.at,
    close: () => close({ state: 'ended', reason: 'closed' }),
  }
}
