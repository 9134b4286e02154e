import type { RolecallEvent } from '@rolecall/contract'
import { CopyableId } from '../ui/copyable-id.tsx'
import classes from './event-details.module.css'

const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'long' })

/** What the log holds about an event. The hash makes each entry depend on all before it. */
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
