import type { ReceivedInvitation } from '@rolecall/contract'
import { RolecallError } from '@rolecall/sdk'
import { createContext, use, useCallback, useEffect, useMemo, useState } from 'react'
import { rolecall } from '../rolecall.ts'

export interface Received {
  /** Undefined until they were read. */
  readonly invitations: readonly ReceivedInvitation[] | undefined
  readonly error: RolecallError | undefined
  readonly read: () => Promise<void>
}

export const ReceivedContext = createContext<Received | undefined>(undefined)

/** The invitations that wait for one's answer. */
export function useReceived(): Received {
  const received = use(ReceivedContext)
  if (received === undefined) throw new Error('useReceived is for pages of somebody who is signed in')
  return received
}

/** Reads them, for the whole of the page. `isVerified`: before one's address is confirmed there are none to read. */
export function useReading(isVerified: boolean): Received {
  const [invitations, setInvitations] = useState<readonly ReceivedInvitation[]>()
  const [error, setError] = useState<RolecallError>()

  const read = useCallback(async () => {
    if (!isVerified) return
    try {
      const { data } = await rolecall.invitations.mine()
      setInvitations(data)
      setError(undefined)
    } catch (thrown) {
      if (!(thrown instanceof RolecallError)) throw thrown
      setError(thrown)
    }
  }, [isVerified])

  useEffect(() => {
    void read()
    // Invitations are no organisation's affair until they are accepted, and so not pushed to whoever is invited.
    window.addEventListener('focus', read)
    return () => window.removeEventListener('focus', read)
  }, [read])

  return useMemo(() => ({ invitations, error, read }), [invitations, error, read])
}
