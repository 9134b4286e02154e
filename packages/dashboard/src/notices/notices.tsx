import { CloseButton } from '@mantine/core'
import classes from './notices.module.css'
import { dismiss, useNotices } from './notify.ts'

/** Where notices appear, and are read aloud once those who listen are at rest. */
export function Notices() {
  const notices = useNotices()
  return (
    <section className={classes.notices} aria-label="Notices" aria-live="polite">
      {notices.map(({ id, message }) => (
        <div key={id} className={classes.notice}>
          <span className={classes.message}>{message}</span>
          <CloseButton size="sm" aria-label="Dismiss" onClick={() => dismiss(id)} />
        </div>
      ))}
    </section>
  )
}
