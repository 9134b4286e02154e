import type { Webhook, WebhookDelivery } from '@rolecall/contract'
import { useEffect, useRef } from 'react'
import { Link, useLocation, useNavigate } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import { StateTag } from '../ui/state-tag.tsx'
import classes from './delivery-list.module.css'
import { type DeliveryPlace, useDeliveryPlace } from './delivery-place.ts'
import { statusOf } from './delivery-status.ts'
import { NextTry } from './next-try.tsx'
import { outcomeInShort } from './outcome.ts'

interface Props {
  endpoint: Webhook
  rows: readonly WebhookDelivery[]
  /** How many were read, those that wait above included. */
  read: number
}

/** Deliveries, those of the newest events first. */
export function DeliveryList({ endpoint, rows, read }: Props) {
  return (
    <ol className={classes.list} aria-label="Deliveries">
      {rows.map((delivery) => (
        <Row key={delivery.id} endpoint={endpoint} delivery={delivery} read={read} />
      ))}
    </ol>
  )
}

function Row({ endpoint, delivery, read }: { endpoint: Webhook; delivery: WebhookDelivery; read: number }) {
  const { id } = useOrganisation()
  // The way back leads to what it was chosen from.
  const { search } = useLocation()
  const navigate = useNavigate()
  const place = { opened: delivery.id, read } satisfies DeliveryPlace
  const link = useRef<HTMLAnchorElement>(null)
  const wasOpened = useDeliveryPlace()?.opened === delivery.id
  useEffect(() => {
    if (!wasOpened) return
    link.current?.scrollIntoView({ block: 'center' })
    link.current?.focus({ preventScroll: true })
  }, [wasOpened])
  const { webhook, event, status, attempts, nextAt, lastAt, createdAt } = delivery
  const { name, tone } = statusOf(status)
  return (
    <li className={classes.row}>
      <Link
        ref={link}
        to={`/o/${id}/webhooks/${webhook}/deliveries/${delivery.id}${search}`}
        state={place}
        onClick={() => navigate({ search }, { replace: true, state: place })}
        className={classes.link}
      >
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
