import type { ReactNode } from 'react'
import classes from './setting-form.module.css'

/** A short form within a page: its fields below each other, its button at the end. */
export function SettingForm({ onSend, children }: { onSend: (form: FormData) => unknown; children: ReactNode }) {
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault()
        onSend(new FormData(event.currentTarget))
      }}
    >
      {children}
    </form>
  )
}
