import { RolecallError } from '@rolecall/sdk'
import { useCallback, useState } from 'react'

export interface Action<Given extends unknown[]> {
  /** Resolves to whether it was done. */
  readonly run: (...given: Given) => Promise<boolean>
  readonly isPending: boolean
  readonly error: RolecallError | undefined
  readonly forget: () => void
}

/** Something that asks the server for a change: pending until it has answered, and what it answered if it refused. */
export function useAction<Given extends unknown[]>(act: (...given: Given) => Promise<unknown>): Action<Given> {
  const [isPending, setPending] = useState(false)
  const [error, setError] = useState<RolecallError>()

  const run = async (...given: Given) => {
    setPending(true)
    setError(undefined)
    try {
      await act(...given)
      return true
    } catch (thrown) {
      if (!(thrown instanceof RolecallError)) throw thrown
      setError(thrown)
      return false
    } finally {
      setPending(false)
    }
  }
  const forget = useCallback(() => setError(undefined), [])
  return { run, isPending, error, forget }
}
