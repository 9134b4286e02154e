import type { ApiKey, RolecallEvent } from '@rolecall/contract'
import { isLost, retrying } from './retrying.ts'
import { createRowsView, type RowsSnapshot, type RowsView } from './rows-view.ts'

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
  const { view, show } = createRowsView<ApiKey>()
  /** Up to here what was heard must be in what is read. */
  let wanted = 0
  let loading: AbortController | undefined

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
    const found = await retrying(signal, isLost, () => read(signal))
    if (signal.aborted) return
    // The role changed meanwhile: the message that says so is on its way and decides.
    if (found === undefined) return empty('hidden')
    show('live', found.keys)
    // What came while the answer was on its way is not in it.
    if (found.seq < wanted) return void load()
    loading = undefined
  }

  const concerns = (event: RolecallEvent): boolean => {
    if (event.type.startsWith('api_key.')) return true
    if (event.type.startsWith('role.')) return true
    // With these two built-in roles permit something else.
    if (event.type === 'organisation.settings_changed' || event.type === 'permissions.declared') return true
    if (!event.type.startsWith('member.') || !('member' in event.data)) return false
    const { id } = event.data.member.account
    return loading !== undefined || view.rows.some(({ issuer }) => issuer.id === id)
  }

  return {
    view,
    permit(canRead) {
      const { status } = view
      if (status === 'ended') return
      if (!canRead) empty('hidden')
      else if (status !== 'live' && loading === undefined) void load()
    },
    apply(event) {
      const { status } = view
      if ((status !== 'live' && status !== 'loading') || !concerns(event)) return
      wanted = event.seq
      if (loading === undefined) void load()
    },
    reload() {
      // The log may be another one than before, with lower numbers.
      wanted = 0
      const { status } = view
      if (status === 'live' || status === 'loading') void load()
    },
    end: () => empty('ended'),
  }
}
