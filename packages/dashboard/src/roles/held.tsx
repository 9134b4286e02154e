import { IconCheck } from '@tabler/icons-react'
import classes from './held.module.css'

/** A cell of the matrix: permitted or not. */
export function Held({ isHeld }: { isHeld: boolean }) {
  return (
    <span className={classes.held} data-held={isHeld || undefined}>
      {isHeld ? <IconCheck size={15} stroke={2.6} aria-hidden /> : <span className={classes.dash} aria-hidden />}
      <span className="visually-hidden">{isHeld ? 'Yes' : 'No'}</span>
    </span>
  )
}
