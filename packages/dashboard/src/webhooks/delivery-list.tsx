import type { Webhook, WebhookDelivery } from '@rolecall/contract'
import { Link, useLocation } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import { StateTag } from '../ui/state-tag.tsx'
import classes from './delivery-list.module.css'
import { statusOf } from './delivery-status.ts'
import { NextTry } from './next-try.tsx'
import { outcomeInShort } from './outcome.ts'

interface Props {
  endpoint: Webhook
  rows: readonly WebhookDelivery[]
}

/** Deliveries, those of the newest events first. */
export function DeliveryList({ endpoint, rows }: Props) {
  return (
    <ol className={classes.list} aria-label="Deliveries">
      {rows.map((delivery) => (
        <Row key={delivery.id} endpoint={endpoint} delivery={delivery} />
      ))}
    </ol>
  )
}

function Row({ endpoint, delivery }: { endpoint: Webhook; delivery: WebhookDelivery }) {
  const { id } = useOrganisation()
  // The way back leads to what it was chosen from.
  const { search } = useLocation()
  const { webhook, event, status, attempts, nextAt, lastAt, createdAt } = delivery
  const { name, tone } = statusOf(status)
  return (
    <li className={classes.row}>
      <Link to={`/o/${id}/webhooks/${webhook}/deliveries/${delivery.id}${search}`} className={classes.link}>
        <StateTag tone={tone}>{name}</StateTag>
        <code className={classes.type}>{event.type}</code>
        <span className={classes.outcome}>
          {outcomeInShort(delivery)}
          {attempts > 1 && `, ${attempts} attempts`}
          {nextAt !== undefined && (
            <>
              {', again '}
              <NextTry at={nextAt} endpoint={endpoint} />
            </>
          )}
        </span>
        <RelativeTime at={lastAt ?? createdAt} className={classes.time} />
      </Link>
    </li>
  )
}
