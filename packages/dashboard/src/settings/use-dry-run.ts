import type { Preview } from '@rolecall/contract'
import { RolecallError } from '@rolecall/sdk'
import { useEffect, useState } from 'react'

type DryRun = (signal: AbortSignal) => Promise<Preview>

interface Asked {
  readonly of: DryRun
  readonly preview?: Preview
  readonly error?: RolecallError
}

/**
 * What something would do if it were done now, as the server says. Asked anew with another question, which is a
 * function that stays the same as long as the question does; none while there is nothing to ask.
 */
export function useDryRun(ask: DryRun | undefined): Omit<Asked, 'of'> {
  const [asked, setAsked] = useState<Asked>()
  useEffect(() => {
    if (ask === undefined) return
    const abort = new AbortController()
    ask(abort.signal).then(
      (preview) => setAsked({ of: ask, preview }),
      (error) => {
        if (abort.signal.aborted) return
        if (!(error instanceof RolecallError)) throw error
        setAsked({ of: ask, error })
      },
    )
    return () => abort.abort()
  }, [ask])
  return asked?.of === ask && asked !== undefined ? asked : {}
}
