import { UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { WebhookAttempt } from '@rolecall/contract'
import { IconChevronDown } from '@tabler/icons-react'
import { useId } from 'react'
import { List } from '../ui/list.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { AttemptDetails } from './attempt-details.tsx'
import classes from './attempt-list.module.css'
import { outcomeInWords } from './outcome.ts'

/** The attempts, the newest first and open. */
export function AttemptList({ attempts }: { attempts: readonly WebhookAttempt[] }) {
  return (
    <List label="Attempts" isOrdered>
      {attempts.map((attempt, index) => (
        <Attempt key={attempt.at} attempt={attempt} isNewest={index === 0} />
      ))}
    </List>
  )
}

function Attempt({ attempt, isNewest }: { attempt: WebhookAttempt; isNewest: boolean }) {
  const [isOpen, { toggle }] = useDisclosure(isNewest)
  const id = useId()
  const { at, outcome, durationMs, response } = attempt
  return (
    <li data-open={isOpen || undefined}>
      <UnstyledButton
        className={classes.line ?? ''}
        onClick={toggle}
        aria-expanded={isOpen}
        {...(isOpen ? { 'aria-controls': id } : {})}
      >
        <span className={classes.dot} data-ok={outcome === 'ok' || undefined} aria-hidden />
        <span className={classes.outcome}>{outcomeInWords(outcome, response?.status)}</span>
        <span className={classes.quiet}>{durationMs.toLocaleString('en-GB')} ms</span>
        <RelativeTime at={at} className={classes.quiet} />
        <IconChevronDown size={16} stroke={1.8} className={classes.chevron} aria-hidden />
      </UnstyledButton>
      {isOpen && (
        <div id={id}>
          <AttemptDetails attempt={attempt} isNewest={isNewest} />
        </div>
      )}
    </li>
  )
}
