import type { Account } from '@rolecall/contract'
import { createContext, use } from 'react'

export interface SessionState {
  /** Whoever is signed in. */
  readonly account: Account | undefined
  /** Where a sign-up leads to. */
  readonly landing: string | undefined
  /** After signing up or in. */
  readonly enter: (account: Account, landing?: string) => void
  /** When one changed one’s own account. */
  readonly setAccount: (account: Account) => void
}

export const SessionContext = createContext<SessionState | undefined>(undefined)

export function useSession(): SessionState {
  const state = use(SessionContext)
  if (state === undefined) throw new Error('useSession is for what stands below SessionProvider')
  return state
}

/** The account that is signed in: for pages that exist only then. */
export function useAccount(): Account {
  const { account } = useSession()
  if (account === undefined) throw new Error('useAccount is for pages of somebody who is signed in')
  return account
}
