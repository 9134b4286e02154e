import { Stack } from '@mantine/core'
import type { ReactNode } from 'react'

/** A form that hands its fields over when it is sent, and keeps what was typed until it goes away. */
export function Form({ onSend, children }: { onSend: (form: FormData) => unknown; children: ReactNode }) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        onSend(new FormData(event.currentTarget))
      }}
    >
      <Stack gap="lg">{children}</Stack>
    </form>
  )
}
