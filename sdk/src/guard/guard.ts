import type { RolecallError } from '../error.ts'
import type { Rolecall } from '../rolecall.ts'
import { createAccessTokens } from './access-tokens.ts'
import { createAllowance } from './allowance.ts'
import { type Decision, type Followed, follow, type GuardState, type Watch } from './followed.ts'
import { ageMs, createConfirmations } from './freshness.ts'
import { type Caller, createMiddleware, type RequirePermission } from './middleware.ts'

export interface GuardOptions {
  /**
   * Who looks: a client of the guard’s own, signed in as somebody who holds `member:read` wherever it is to answer. One
   * for all organisations, or what gives the one for an organisation, if there is one.
   */
  readonly rolecall: Rolecall | ((organisation: string) => Rolecall | undefined)
  /** How old what is known may be; 10 s unless given, 1 s at least. Longer out of touch, and nobody may do anything. */
  readonly maxStaleMs?: number
  /** How many organisations are kept, at most 100 on one client, which is what is kept unless given. */
  readonly maxOrganisations?: number
  /** How long `requirePermission` waits for an organisation that is being read; 5 s unless given. */
  readonly waitMs?: number
}

export interface Guard {
  /**
   * Whether the account may, in the organisation, at this moment: answered from memory, and false while nothing
   * certain is known. Asking about an organisation for the first time begins to follow it.
   */
  can(account: string, organisation: string, permission: string): boolean
  /** The same with its reason. */
  explain(account: string, organisation: string, permission: string): Decision
  /** What is known of an organisation. */
  state(organisation: string): GuardState
  /**
   * Resolves once answers about the organisation are exact, as what had been committed when this was asked left it;
   * rejects with `GuardError` where they will not be.
   */
  ready(organisation: string): Promise<void>
  /** A middleware for Express: answers 401, 403 or 503, or calls the next one. */
  readonly requirePermission: RequirePermission
  /** On whose behalf a request was let through. */
  caller(request: object): Caller | undefined
  /** Lets go of all organisations; the clients, and what they follow by themselves, stay as they are. */
  close(): void
}

/** Why answers about an organisation are not to be had. */
export class GuardError extends Error {
  readonly state: GuardState
  /** What the server said, if it is what it said. */
  readonly error: RolecallError | undefined

  constructor(organisation: string, state: GuardState) {
    const why = state.state === 'ended' ? `: ${state.reason}` : ''
    super(`The guard cannot see who may do what in ${organisation} (${state.state}${why})`)
    this.name = 'GuardError'
    this.state = state
    this.error = state.state === 'ended' ? state.error : undefined
  }
}

interface Entry {
  readonly followed: Followed
  readonly rolecall: Rolecall
  usedAt: number
}

const unseen = (state: GuardState): Followed => ({
  state: () => state,
  reasonFor: () => undefined,
  settled: () => ({ settled: Promise.resolve(), stop: () => undefined }),
  caughtUp: async () => undefined,
  endedAt: () => undefined,
  close: () => undefined,
})

/** Where nobody looks, nothing is known. */
const nowhere = unseen({ state: 'ended', reason: 'not_found' })
/** Too many were begun: this one is for later. */
const later = unseen({ state: 'loading' })

const organisationId = /^org_[0-9a-z]{26}$/i
/** The server bounds what comes over one connection, and ids come from whoever makes a request. */
const beginningsPerSecond = 5

/** Where access ended it may come back, as that of anybody. */
const lookAgainAfterMs = 10_000

/**
 * Keeps in memory who may do what in the organisations that it is asked about, as it happens: for apps that have
 * declared permissions of their own. It denies whatever it cannot be sure of.
 */
export function createGuard(options: GuardOptions): Guard {
  const { rolecall, waitMs = 5_000, maxOrganisations = 100 } = options
  const maxStaleMs = Math.max(1_000, options.maxStaleMs ?? 10_000)
  if (!Number.isFinite(maxStaleMs)) throw new RangeError('maxStaleMs must be a number of milliseconds')
  const mayBegin = createAllowance(maxOrganisations, beginningsPerSecond)
  const clientFor = typeof rolecall === 'function' ? rolecall : () => rolecall
  const watches = new Map<Rolecall, Watch>()
  const entries = new Map<string, Entry>()
  let uses = 0
  let isClosed = false

  const watchOf = (client: Rolecall): Watch => {
    const known = watches.get(client)
    if (known !== undefined) return known
    const lives = client.apart()
    // One that is lost, or late, leaves time for others.
    const made = { rolecall: client, lives, confirmations: createConfirmations(lives.confirm, maxStaleMs / 4) }
    watches.set(client, made)
    return made
  }

  const forget = (organisation: string, { followed, rolecall: client }: Entry) => {
    entries.delete(organisation)
    followed.close()
    if ([...entries.values()].some((other) => other.rolecall === client)) return
    watches.get(client)?.lives.close()
    watches.delete(client)
  }

  /** Whoever names organisations that are none drives out others of that kind, not those that are answered about. */
  const makeRoom = () => {
    if (entries.size < maxOrganisations) return
    const rank = ({ followed, usedAt }: Entry) => (followed.state().state === 'live' ? usedAt : usedAt - uses)
    const [least] = [...entries].sort(([, a], [, b]) => rank(a) - rank(b))
    if (least !== undefined) forget(...least)
  }

  const begin = (organisation: string): Followed => {
    const client = isClosed || !organisationId.test(organisation) ? undefined : clientFor(organisation)
    if (client === undefined) return nowhere
    if (!mayBegin()) return later
    makeRoom()
    const followed = follow(watchOf(client), organisation, maxStaleMs)
    entries.set(organisation, { followed, rolecall: client, usedAt: ++uses })
    return followed
  }

  const followedAt = (organisation: string): Followed => {
    const entry = entries.get(organisation)
    if (entry === undefined) return begin(organisation)
    const endedAt = entry.followed.endedAt()
    if (endedAt !== undefined && ageMs(endedAt) > lookAgainAfterMs) {
      forget(organisation, entry)
      return begin(organisation)
    }
    entry.usedAt = ++uses
    return entry.followed
  }

  const explain = (account: string, organisation: string, permission: string): Decision => {
    const followed = followedAt(organisation)
    const reason = followed.reasonFor(account, permission)
    if (reason !== undefined) return { allowed: reason === 'permitted', reason }
    const { state } = followed.state()
    return { allowed: false, reason: state === 'live' ? 'loading' : state }
  }

  const middleware = createMiddleware({
    explain,
    settled: (organisation) => followedAt(organisation).settled(),
    waitMs,
    tokensOf: createAccessTokens,
    baseUrlFor: (organisation) => clientFor(organisation)?.baseUrl,
  })

  return {
    can: (account, organisation, permission) => followedAt(organisation).reasonFor(account, permission) === 'permitted',
    explain,
    state: (organisation) => followedAt(organisation).state(),
    async ready(organisation) {
      let followed = followedAt(organisation)
      while (followed === later) {
        await new Promise((resolve) => setTimeout(resolve, 1_000 / beginningsPerSecond))
        followed = followedAt(organisation)
      }
      await followed.caughtUp()
      const state = followed.state()
      if (state.state === 'hidden' || state.state === 'ended') throw new GuardError(organisation, state)
    },
    ...middleware,
    close() {
      isClosed = true
      for (const [organisation, entry] of entries) forget(organisation, entry)
    },
  }
}
