import type { Account } from '@rolecall/contract'
import { RolecallError } from '@rolecall/sdk'
import { type ReactNode, useCallback, useEffect, useState } from 'react'
import { rolecall } from '../rolecall.ts'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { SessionContext } from './session-context.ts'
import { Splash } from './splash.tsx'
import { Unreachable } from './unreachable.tsx'

/** Finds the session of before the reload, and ends everything below when it is over, here or in another tab. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const [account, setAccount] = useState<Account>()
  const [landing, setLanding] = useState<string>()
  const [state, setState] = useState<'restoring' | 'known' | 'unreachable'>('restoring')

  const restore = useCallback(async () => {
    setState('restoring')
    try {
      setAccount(await rolecall.restore())
      setState('known')
    } catch (error) {
      if (!(error instanceof RolecallError)) throw error
      setState('unreachable')
    }
  }, [])

  useEffect(() => {
    void restore()
    return rolecall.onSignedOut(() => setAccount(undefined))
  }, [restore])

  const enter = (entered: Account, to?: string) => {
    setLanding(to)
    setAccount(entered)
  }

  if (state === 'restoring') {
    return (
      <AfterAMoment>
        <Splash />
      </AfterAMoment>
    )
  }
  if (state === 'unreachable') return <Unreachable onRetry={restore} />
  return <SessionContext value={{ account, landing, enter, setAccount }}>{children}</SessionContext>
}
