import { Button, Group } from '@mantine/core'
import type { ReceivedInvitation } from '@rolecall/contract'
import { Initials } from '../ui/initials.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import classes from './session-row.module.css'

export function ReceivedRow(props: {
  invitation: ReceivedInvitation
  isPending: boolean
  onAccept: () => void
  onDecline: () => void
}) {
  const { organisation, role, inviter, expiresAt } = props.invitation
  return (
    <li className={classes.row}>
      <Initials id={organisation.id} name={organisation.name} size={38} square />
      <span className={classes.words}>
        <span className={classes.name}>{organisation.name}</span>
        <span className={classes.times}>
          As {role.name}, by {inviter.name}. Ends <RelativeTime at={expiresAt} />.
        </span>
      </span>
      <Group gap="xs" wrap="nowrap">
        <Button
          size="xs"
          onClick={props.onAccept}
          disabled={props.isPending}
          aria-label={`Accept the invitation to ${organisation.name}`}
        >
          Accept
        </Button>
        <Button
          size="xs"
          variant="default"
          onClick={props.onDecline}
          disabled={props.isPending}
          aria-label={`Decline the invitation to ${organisation.name}`}
        >
          Decline
        </Button>
      </Group>
    </li>
  )
}
