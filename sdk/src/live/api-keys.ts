import type { ApiKey, RolecallEvent } from '@rolecall/contract'
import { backoffMs, sleep } from '../backoff.ts'
import { RolecallError } from '../error.ts'
import type { ViewStatus } from './entries.ts'
import type { RowsSnapshot, RowsView } from './rows.ts'
import { createStore } from './store.ts'

export type ApiKeysSnapshot = RowsSnapshot<ApiKey>
/** `lastUsedAt` is that of when the rows were read: nobody is told of it. */
export type ApiKeysView = RowsView<ApiKey>

/** The API keys of an organisation as they are at `seq` of its log. */
export type ReadApiKeys = (
  organisation: string,
  signal: AbortSignal,
) => Promise<{ readonly keys: readonly ApiKey[]; readonly seq: number }>

export interface ApiKeysKeeper {
  readonly view: ApiKeysView
  /** What one’s role permits, at each subscription and change. */
  permit(canRead: boolean): void
  apply(event: RolecallEvent): void
  reload(): void
  end(): void
}

/**
 * Keeps the keys exact by reading all of them anew when something has happened that may change one. They are few, and
 * what each may do follows from what its issuer holds and from roles, which only the server puts together.
 */
export function createApiKeysKeeper(read: (signal: AbortSignal) => ReturnType<ReadApiKeys>): ApiKeysKeeper {
  const store = createStore<ApiKeysSnapshot>({ status: 'loading', rows: [] })
  /** Up to here what was heard must be in what is read. */
  let wanted = 0
  let loading: AbortController | undefined
  let settle: () => void
  const ready = new Promise<void>((resolve) => {
    settle = resolve
  })

  const show = (status: ViewStatus, rows: readonly ApiKey[]) => {
    store.update({ status, rows })
    if (status !== 'loading') settle()
  }

  const empty = (status: 'hidden' | 'ended') => {
    loading?.abort()
    loading = undefined
    show(status, [])
  }

  const load = async () => {
    loading?.abort()
    const own = new AbortController()
    const { signal } = own
    loading = own
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        if (attempt > 0) await sleep(backoffMs(attempt, 500, 30_000), signal)
        const { keys, seq } = await read(signal)
        if (signal.aborted) return
        show('live', keys)
        // What came while the answer was on its way is not in it.
        if (seq < wanted) return void load()
        loading = undefined
        return
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof RolecallError)) throw error
        // The role changed meanwhile: the message that says so is on its way and decides.
        if (error.code === 'forbidden' || error.code === 'not_found') return empty('hidden')
      }
    }
  }

  const concerns = (event: RolecallEvent): boolean => {
    if (event.type.startsWith('api_key.')) return true
    if (event.type.startsWith('role.')) return true
    // With these two built-in roles permit something else.
    if (event.type === 'organisation.settings_changed' || event.type === 'permissions.declared') return true
    if (!event.type.startsWith('member.') || !('member' in event.data)) return false
    const { id } = event.data.member.account
    return loading !== undefined || store.snapshot.rows.some(({ issuer }) => issuer.id === id)
  }

  return {
    view: {
      get snapshot() {
        return store.snapshot
      },
      get status() {
        return store.snapshot.status
      },
      get rows() {
        return store.snapshot.rows
      },
      subscribe: store.subscribe,
      ready,
      get: (id) => store.snapshot.rows.find((row) => row.id === id),
    },
    permit(canRead) {
      const { status } = store.snapshot
      if (status === 'ended') return
      if (!canRead) empty('hidden')
      else if (status !== 'live' && loading === undefined) void load()
    },
    apply(event) {
      const { status } = store.snapshot
      if ((status !== 'live' && status !== 'loading') || !concerns(event)) return
      wanted = event.seq
      if (loading === undefined) void load()
    },
    reload() {
      // The log may be another one than before, with lower numbers.
      wanted = 0
      const { status } = store.snapshot
      if (status === 'live' || status === 'loading') void load()
    },
    end: () => empty('ended'),
  }
}
