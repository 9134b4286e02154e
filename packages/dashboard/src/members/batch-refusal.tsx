import { Alert } from '@mantine/core'
import type { MemberRow, RolecallError } from '@rolecall/sdk'
import { IconAlertTriangle } from '@tabler/icons-react'
import { ProblemNote } from '../ui/problem-note.tsx'

/** Why many members are not changed together: where it is about one of them, who that is. */
export function BatchRefusal(props: { error: RolecallError | undefined; members: readonly MemberRow[] }) {
  const { error, members } = props
  const [entry] = error?.errors ?? []
  const member = members[Number(/^changes\.(\d+)$/.exec(entry?.path ?? '')?.[1] ?? Number.NaN)]
  if (entry === undefined || member === undefined) return <ProblemNote error={error} />
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle size={18} />} role="alert">
      Not with {member.account.name} among them: {entry.message}
    </Alert>
  )
}
