import { rolecall } from '../rolecall.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import { useFresh } from '../ui/use-fresh.ts'
import classes from './held-names.module.css'

/** The former names that nobody else can take yet. */
export function HeldNames({ organisation, name }: { organisation: string; name: string }) {
  // The page itself tells that the server cannot be reached, or that access has ended.
  const { answer } = useFresh(undefined, (options) => rolecall.organisations.read({ organisation }, options), name)
  const held = answer?.heldNames ?? []
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
