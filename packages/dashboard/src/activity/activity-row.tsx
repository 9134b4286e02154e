import { UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { RolecallEvent } from '@rolecall/contract'
import { IconChevronDown } from '@tabler/icons-react'
import { useId } from 'react'
import { Initials } from '../ui/initials.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import classes from './activity-row.module.css'
import { EventDetails } from './event-details.tsx'
import { EventSentence } from './event-sentence.tsx'

/** One event as a sentence; opened, all that the log holds about it. */
export function ActivityRow({ event }: { event: RolecallEvent }) {
  const [isOpen, { toggle }] = useDisclosure(false)
  const id = useId()
  return (
    <div className={classes.row} data-open={isOpen || undefined}>
      <UnstyledButton
        className={classes.line}
        onClick={toggle}
        aria-expanded={isOpen}
        {...(isOpen ? { 'aria-controls': id } : {})}
      >
        <Initials id={event.actor.id} name={event.actor.name} size={30} />
        <span className={classes.sentence}>
          <EventSentence event={event} />
        </span>
        <RelativeTime at={event.at} className={classes.time} />
        <IconChevronDown size={16} stroke={1.8} className={classes.chevron} aria-hidden />
      </UnstyledButton>
      {isOpen && (
        <div id={id}>
          <EventDetails event={event} />
        </div>
      )}
    </div>
  )
}
