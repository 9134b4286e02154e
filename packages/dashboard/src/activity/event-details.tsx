import { type RolecallEvent, subjectsOf } from '@rolecall/contract'
import { CopyableId } from '../ui/copyable-id.tsx'
import { TextLink } from '../ui/text-link.tsx'
import classes from './event-details.module.css'

const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'long' })

/** What the log holds about an event, with the way to all else by and about the same. */
export function EventDetails({ event }: { event: RolecallEvent }) {
  return (
    <div className={classes.details}>
      <dl className={classes.facts}>
        <dt>Type</dt>
        <dd>
          <code>{event.type}</code>
        </dd>
        <dt>Position</dt>
        <dd>{event.seq}</dd>
        <dt>Time</dt>
        <dd>{exact.format(new Date(event.at))}</dd>
        <dt>Shown to</dt>
        <dd>
          holders of <code>{event.audience}</code>
        </dd>
        <dt>By</dt>
        <dd>
          <TextLink to={`?${new URLSearchParams({ actor: event.actor.id })}`}>{event.actor.name}</TextLink>
        </dd>
        <dt>About</dt>
        <dd>
          {subjectsOf(event.data).map((subject) => (
            <div key={subject}>
              <TextLink to={`?${new URLSearchParams({ subject })}`}>{subject}</TextLink>
            </div>
          ))}
        </dd>
        <dt>Id</dt>
        <dd>
          <CopyableId id={event.id} />
        </dd>
        <dt>Hash</dt>
        <dd>
          <CopyableId id={event.hash} label="Copy hash" />
        </dd>
      </dl>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section className={classes.data} tabIndex={0} aria-label="Data of the event">
        <pre>{JSON.stringify(event.data, null, 2)}</pre>
      </section>
    </div>
  )
}
