import type { Webhook, WholeWebhookDelivery } from '@rolecall/contract'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { CopyableId } from '../ui/copyable-id.tsx'
import classes from '../ui/facts.module.css'
import { StateTag } from '../ui/state-tag.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { statusOf } from './delivery-status.ts'
import { ExactTime } from './exact-time.tsx'
import { NextTry } from './next-try.tsx'

/** How a delivery stands. */
export function DeliveryFacts({ endpoint, delivery }: { endpoint: Webhook; delivery: WholeWebhookDelivery }) {
  const { id: organisation } = useOrganisation()
  const { id, event, status, attempts, nextAt } = delivery
  const { name, tone, about } = statusOf(status)
  return (
    <dl className={classes.facts}>
      <dt>Status</dt>
      <dd>
        <StateTag tone={tone}>{name}</StateTag> <span className={classes.quiet}>{about}</span>
      </dd>
      <dt>Attempts</dt>
      <dd>
        {attempts}
        {nextAt !== undefined && (
          <>
            , the next <NextTry at={nextAt} endpoint={endpoint} />
          </>
        )}
      </dd>
      <dt>Happened</dt>
      <dd>
        <ExactTime at={event.at} />
      </dd>
      <dt>Type</dt>
      <dd>
        <TextLink to={`/o/${organisation}/webhooks/events#${event.type}`}>{event.type}</TextLink>
      </dd>
      <dt>webhook-id</dt>
      <dd>
        <CopyableId id={event.id} label="Copy webhook-id" />
      </dd>
      <dt>Id</dt>
      <dd>
        <CopyableId id={id} />
      </dd>
    </dl>
  )
}
