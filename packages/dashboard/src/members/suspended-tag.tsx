import classes from './suspended-tag.module.css'

/** Beside somebody whose access rests. */
export function SuspendedTag() {
  return <span className={classes.suspended}>Suspended</span>
}
