import type { Organisation } from '@rolecall/contract'
import { RolecallError } from '@rolecall/sdk'
import { useEffect, useState } from 'react'
import { rolecall } from '../rolecall.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import classes from './held-names.module.css'

type HeldNames = NonNullable<Organisation['heldNames']>

/** The former names that nobody else can take yet. */
export function HeldNames({ organisation, name }: { organisation: string; name: string }) {
  const held = useHeldNames(organisation, name)
  if (held.length === 0) return null
  return (
    <div className={classes.held}>
      <h3 className={classes.title}>Former names, held</h3>
      <ul className={classes.list}>
        {held.map((one) => (
          <li key={one.name}>
            <span className={classes.name}>{one.name}</span>
            <span className={classes.until}>
              free again <RelativeTime at={one.heldUntil} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** Read anew whenever the organisation has another name. */
function useHeldNames(organisation: string, name: string): HeldNames {
  const [held, setHeld] = useState<HeldNames>([])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the name is why it is read anew
  useEffect(() => {
    const abort = new AbortController()
    rolecall.organisations.read({ organisation }, { signal: abort.signal }).then(
      ({ heldNames = [] }) => setHeld(heldNames),
      (error) => {
        // The page itself tells that the server cannot be reached, or that access has ended.
        if (!abort.signal.aborted && !(error instanceof RolecallError)) throw error
      },
    )
    return () => abort.abort()
  }, [organisation, name])
  return held
}
