import { YouTag } from '../ui/you-tag.tsx'
import classes from './tags.module.css'

/** What is particular about a member, beside the name. */
export function Tags({ isSelf, isSuspended }: { isSelf: boolean; isSuspended: boolean }) {
  return (
    <>
      {isSelf && <YouTag />}
      {isSuspended && <span className={classes.suspended}>Suspended</span>}
    </>
  )
}
