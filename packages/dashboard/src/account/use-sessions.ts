import type { SessionInfo } from '@rolecall/contract'
import { RolecallError } from '@rolecall/sdk'
import { useCallback, useEffect, useState } from 'react'
import { rolecall } from '../rolecall.ts'

/** One's open sessions, the present one first. */
export function useSessions() {
  const [sessions, setSessions] = useState<readonly SessionInfo[]>()
  const [error, setError] = useState<RolecallError>()

  const read = useCallback(async () => {
    try {
      const { data } = await rolecall.sessions.list()
      setSessions(
        [...data].sort((a, b) => Number(b.current) - Number(a.current) || b.lastUsedAt.localeCompare(a.lastUsedAt)),
      )
      setError(undefined)
    } catch (thrown) {
      if (!(thrown instanceof RolecallError)) throw thrown
      setError(thrown)
    }
  }, [])

  useEffect(() => {
    void read()
    // Sessions are no organisation's affair and so are not pushed: looked at again when one comes back to the page.
    window.addEventListener('focus', read)
    return () => window.removeEventListener('focus', read)
  }, [read])

  return { sessions, error, read }
}
