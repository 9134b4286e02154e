import { useSyncExternalStore } from 'react'

/** What a link of a mail brought, and for which page. */
interface Taken {
  readonly page: string
  readonly token: string
}

const fragment = /^#token=([\w-]{1,512})$/
const listeners = new Set<() => void>()
let taken: Taken | undefined

/**
 * Takes the token of a mailed link out of the address bar into memory: from here on it is in no history, no bookmark
 * and on no screen. In the fragment it has never been sent to a server either. Before anything else looks at the
 * address; and when such a link is put into the address bar of a page that is open already.
 */
export function takeTokens(): void {
  take()
  window.addEventListener('hashchange', take)
}

function take(): void {
  const token = fragment.exec(location.hash)?.[1]
  if (token === undefined) return
  history.replaceState(history.state, '', location.pathname + location.search)
  show({ page: location.pathname, token })
}

function show(next: Taken | undefined): void {
  taken = next
  for (const listener of listeners) listener()
}

/** After a token was used, or found to be of no use. */
export function forgetToken(): void {
  show(undefined)
}

/** The token with which this page was opened. */
export function useToken(page: string): string | undefined {
  const found = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => taken,
  )
  return found?.page === page ? found.token : undefined
}
