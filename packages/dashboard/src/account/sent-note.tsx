import { Alert } from '@mantine/core'
import { IconMailForward } from '@tabler/icons-react'
import type { ReactNode } from 'react'

/** A mail is on its way. */
export function SentNote({ to, children }: { to: string; children: ReactNode }) {
  return (
    <Alert variant="light" icon={<IconMailForward size={18} />} role="status">
      A mail is on its way to <strong>{to}</strong>. {children}
    </Alert>
  )
}
