import { Alert } from '@mantine/core'
import type { RolecallError } from '@rolecall/sdk'
import { IconAlertTriangle } from '@tabler/icons-react'
import { inWords } from './place-error.ts'

/** A refusal in the server’s own words. */
export function ProblemNote({ error }: { error: RolecallError | undefined }) {
  if (error === undefined) return null
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle size={18} />} role="alert">
      {inWords(error)}
      {error.outcome === 'unknown' && ' It may have been done all the same: look before you try again.'}
    </Alert>
  )
}
