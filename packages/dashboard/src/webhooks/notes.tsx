import type { ReactNode } from 'react'
import classes from './notes.module.css'

/** What there is to say before all else on a page; no more than nothing where there is nothing. */
export function Notes({ children }: { children: ReactNode }) {
  return <div className={classes.notes}>{children}</div>
}
