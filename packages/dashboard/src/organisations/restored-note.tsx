import { Alert } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { TextLink } from '../ui/text-link.tsx'
import classes from './restored-note.module.css'
import type { Restored } from './use-restore.ts'

/** What of an organisation did not come back. */
export function RestoredNote({ restored }: { restored: Restored }) {
  const { organisation, missing, expiredInvitations, revokedInvitations } = restored
  const lists = [
    { title: 'Who deleted their accounts meanwhile:', names: missing.map(({ account }) => account.name) },
    { title: 'Invitations that ran out meanwhile:', names: expiredInvitations.map(({ email }) => email) },
    { title: 'Invitations whose senders are gone:', names: revokedInvitations.map(({ email }) => email) },
  ]
  return (
    <Alert
      className={classes.note ?? ''}
      variant="light"
      icon={<IconInfoCircle size={18} />}
      title={`${organisation.name} is back, but for this`}
      role="status"
    >
      {lists
        .filter(({ names }) => names.length > 0)
        .map(({ title, names }) => (
          <p key={title}>
            {title} {names.join(', ')}
          </p>
        ))}
      <TextLink to={`/o/${organisation.id}`}>Go to {organisation.name}</TextLink>
    </Alert>
  )
}
