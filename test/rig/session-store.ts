import type { Session } from '@rolecall/sdk'

/** A session as a store could hold it, so that a client is signed in without a server. */
export const aSession = (change: Partial<Session> = {}): Session => ({
  id: 'ses_1',
  accessToken: 'token-1',
  refreshToken: 'refresh-1',
  expiresAt: new Date(Date.now() + 600_000).toISOString(),
  ...change,
})

/** A store of tokens that keeps them in memory and shows them. */
export function aStore(session?: Session) {
  let kept = session
  return {
    get: () => kept,
    set: (next: Session | undefined) => {
      kept = next
    },
  }
}
