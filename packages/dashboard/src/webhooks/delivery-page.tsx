import { Button } from '@mantine/core'
import type { WholeWebhookDelivery } from '@rolecall/contract'
import { IconRefresh } from '@tabler/icons-react'
import { useLocation, useParams } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { CodeBlock } from '../ui/code-block.tsx'
import { Page } from '../ui/page.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { Section } from '../ui/section.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { useAction } from '../ui/use-action.ts'
import { AttemptList } from './attempt-list.tsx'
import { DeliveryFacts } from './delivery-facts.tsx'
import { inLines } from './in-lines.ts'
import { Notes } from './notes.tsx'
import { useDelivery } from './use-delivery.ts'
import { WhereFound } from './where-found.tsx'

export function DeliveryPage() {
  const { webhook = '', delivery: id = '' } = useParams()
  const delivery = useDelivery(webhook, id)
  return (
    <WhereFound sought={delivery}>{(found) => <Delivery delivery={found} onRedelivered={delivery.again} />}</WhereFound>
  )
}

/** One event at one endpoint: what was sent, and what was answered each time. */
function Delivery({ delivery, onRedelivered }: { delivery: WholeWebhookDelivery; onRedelivered: () => void }) {
  const { id: organisation } = useOrganisation()
  const { search } = useLocation()
  const { id, webhook, event, log, body } = delivery
  const redeliver = useAction(async () => {
    await rolecall.webhooks.redeliver({ organisation, webhook, delivery: id })
    announce('It is delivered once more.')
    onRedelivered()
  })
  return (
    <Page
      title={event.type}
      about={`Event ${event.seq} of this organisation’s log, at this endpoint.`}
      back={<TextLink to={`/o/${organisation}/webhooks/${webhook}${search}`}>← Deliveries</TextLink>}
      action={
        <Button
          variant="default"
          leftSection={<IconRefresh size={16} stroke={1.8} />}
          loading={redeliver.isPending}
          onClick={() => redeliver.run()}
        >
          Deliver once more
        </Button>
      }
    >
      <Notes>
        <ProblemNote error={redeliver.error} />
      </Notes>
      <Section title="Delivery">
        <DeliveryFacts delivery={delivery} />
      </Section>
      <Section
        title="Attempts"
        about={log.length < delivery.attempts ? `The last ${log.length} of ${delivery.attempts}.` : undefined}
      >
        <AttemptList attempts={log} />
      </Section>
      <Section title="What is posted" about="The same bytes at each attempt, which the signature is of.">
        <CodeBlock label="Body posted" text={inLines(body)} copied={body} />
      </Section>
    </Page>
  )
}
