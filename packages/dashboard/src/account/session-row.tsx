import { Button } from '@mantine/core'
import type { SessionInfo } from '@rolecall/contract'
import { IconDeviceLaptop, IconDeviceMobile } from '@tabler/icons-react'
import { RelativeTime } from '../ui/relative-time.tsx'
import { nameOfAgent } from './name-of-agent.ts'
import classes from './session-row.module.css'

export function SessionRow(props: { session: SessionInfo; onEnd: () => void; isPending: boolean }) {
  const { session } = props
  const name = nameOfAgent(session.userAgent)
  const Icon = /mobile|android|iphone/i.test(session.userAgent) ? IconDeviceMobile : IconDeviceLaptop
  return (
    <li className={classes.row}>
      <span className={classes.icon} aria-hidden>
        <Icon size={20} stroke={1.6} />
      </span>
      <span className={classes.words}>
        <span className={classes.name} title={session.userAgent}>
          {name}
          {session.current && <span className={classes.here}>This one</span>}
        </span>
        <span className={classes.times}>
          Used <RelativeTime at={session.lastUsedAt} />, signed in <RelativeTime at={session.createdAt} />
        </span>
      </span>
      {!session.current && (
        <Button
          variant="default"
          size="xs"
          onClick={props.onEnd}
          disabled={props.isPending}
          aria-label={`End the session of ${name}`}
        >
          End
        </Button>
      )}
    </li>
  )
}
