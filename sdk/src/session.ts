import type { Session } from '@rolecall/contract'
import { sleep } from './backoff.ts'
import { RolecallError } from './error.ts'
import { createEmitter, type Emitter } from './live/emitter.ts'

/** Where the tokens of a session are kept; in memory unless another is given. */
export interface TokenStore {
  get(): Session | undefined | Promise<Session | undefined>
  set(session: Session | undefined): void | Promise<void>
}

export type SignedOutReason = 'signed_out' | 'refused' | 'replaced'

export interface SessionMessages {
  readonly tokens: Session
  readonly ended: SignedOutReason
}

export interface SessionKeeper {
  /** The token to use now, refreshed if it is about to expire or is the `refused` one; none when signed out. */
  accessToken(refused?: string): Promise<string | undefined>
  /** Takes over the tokens of a sign-up, sign-in or refresh. */
  adopt(session: Session): Promise<void>
  /** Renews the tokens, also without an access token at hand. Answers whether there is a session. */
  restore(): Promise<boolean>
  end(reason: SignedOutReason): Promise<void>
  /** Milliseconds until the access token should be refreshed. */
  refreshDueInMs(): number
  readonly on: Emitter<SessionMessages>['on']
  close(): void
}

const refreshBeforeMs = 30_000

export function createMemoryStore(): TokenStore {
  let kept: Session | undefined
  return {
    get: () => kept,
    set: (session) => {
      kept = session
    },
  }
}

export interface SessionOptions {
  readonly store: TokenStore
  /** The refresh token is in a cookie, which this script cannot see. */
  readonly cookie: boolean
  /** Distinguishes servers in the names that tabs share. */
  readonly baseUrl: string
  readonly refresh: (refreshToken: string | undefined) => Promise<Session>
}

export function createSessionKeeper({ store, cookie, baseUrl, refresh }: SessionOptions): SessionKeeper {
  const { on, emit } = createEmitter<SessionMessages>()
  const tabs = openTabs(`rolecall ${baseUrl}`)
  let current: Session | undefined
  let refreshing: Promise<Session | undefined> | undefined
  // The server’s clock minus ours: expiry is the server’s, and ours may be wrong by hours.
  let skewMs = 0

  // The store is asked once, and by `restore`: later it may hold what another tab’s person has put there.
  let isLoaded = false
  const load = async () => {
    isLoaded = true
    current = await store.get()
    return current
  }
  const present = async () => current ?? (isLoaded ? undefined : load())

  const dueInMs = (session: Session) => Date.parse(session.expiresAt) - refreshBeforeMs - (Date.now() + skewMs)

  const adopt = async (session: Session) => {
    const before = current
    skewMs = issuedAtMs(session.accessToken) - Date.now() || 0
    isLoaded = true
    current = session
    await store.set(session)
    if (before !== undefined && before.id !== session.id) emit('ended', 'replaced')
    emit('tokens', session)
  }

  const end = async (reason: SignedOutReason) => {
    const before = await present()
    if (before === undefined) return
    current = undefined
    // What replaced it is another tab’s, and stays.
    if (reason !== 'replaced') {
      await store.set(undefined)
      tabs.signedOut(before.id)
    }
    emit('ended', reason)
  }

  tabs.onSignedOut(async (id) => {
    if (current?.id === id) await end('signed_out')
  })

  const renew = async (from: Session | undefined): Promise<Session | undefined> => {
    const stored = await store.get()
    // Another tab with the same store was faster while this one waited for the lock.
    const isElsewhere = stored !== undefined && from !== undefined && stored.accessToken !== from.accessToken
    const renewed = isElsewhere ? stored : await exchange(from)
    // Signed out, or in as somebody else, while the answer was on its way.
    if (current?.id !== from?.id) return from === undefined ? current : undefined
    if (renewed === undefined) {
      await end('refused')
      return undefined
    }
    // Cookie and store are shared: a sign-in in another tab has put another session in this one’s place.
    if (from !== undefined && renewed.id !== from.id) {
      await end('replaced')
      return undefined
    }
    await adopt(renewed)
    return renewed
  }

  const exchange = async (from: Session | undefined): Promise<Session | undefined> => {
    if (!cookie && typeof from?.refreshToken !== 'string') return undefined
    for (let attempt = 0; ; attempt++) {
      try {
        return await refresh(from?.refreshToken ?? undefined)
      } catch (error) {
        if (!(error instanceof RolecallError) || (error.status !== 400 && error.status !== 401)) throw error
        // Without locks (plain http) another tab may just have used the cookie: by now there is a new one.
        if (!cookie || attempt > 0 || tabs.hasLocks) return undefined
        await sleep(500)
      }
    }
  }

  const refreshOnce = (from: Session | undefined) => {
    refreshing ??= tabs
      .exclusively(() => renew(from))
      .finally(() => {
        refreshing = undefined
      })
    return refreshing
  }

  return {
    async accessToken(refused) {
      const session = await present()
      if (session === undefined) return undefined
      const isRefused = session.accessToken === refused
      if (!isRefused && dueInMs(session) > 0) return session.accessToken
      try {
        return (await refreshOnce(session))?.accessToken
      } catch (error) {
        // Early renewal can wait for better times: the present token still serves.
        if (!isRefused && dueInMs(session) > -refreshBeforeMs) return session.accessToken
        throw error
      }
    },
    adopt,
    async restore() {
      const session = current ?? (await load())
      if (session === undefined && !cookie) return false
      if (session !== undefined && dueInMs(session) > 0) return true
      return (await refreshOnce(session)) !== undefined
    },
    end,
    refreshDueInMs: () => (current === undefined ? 0 : Math.max(0, dueInMs(current))),
    on,
    close: tabs.close,
  }
}

/** When the server issued a token, by its own clock. */
function issuedAtMs(accessToken: string): number {
  try {
    const payload = accessToken.split('.')[1] ?? ''
    return JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))).iat * 1000
  } catch {
    // The token is the server’s affair; if its form changes, clocks are taken to agree.
    return Number.NaN
  }
}

interface Tabs {
  readonly hasLocks: boolean
  exclusively<Value>(act: () => Promise<Value>): Promise<Value>
  signedOut(session: string): void
  onSignedOut(listener: (session: string) => Promise<void>): void
  close(): void
}

/** What the tabs of one browser do together. Elsewhere there is but one, and nothing to agree on. */
function openTabs(name: string): Tabs {
  const isBrowser = 'document' in globalThis
  const locks: LockManager | undefined = isBrowser ? navigator.locks : undefined
  const channel = isBrowser && 'BroadcastChannel' in globalThis ? new BroadcastChannel(name) : undefined
  return {
    hasLocks: locks !== undefined,
    exclusively: (act) => (locks === undefined ? act() : locks.request(name, act)),
    signedOut: (session) => channel?.postMessage({ signedOut: session }),
    onSignedOut(listener) {
      channel?.addEventListener('message', ({ data }) => listener(data?.signedOut))
    },
    close: () => channel?.close(),
  }
}
