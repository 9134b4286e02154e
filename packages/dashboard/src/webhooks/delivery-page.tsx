import { Group } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { RolecallEvent, Webhook, WholeWebhookDelivery } from '@rolecall/contract'
import { IconHistory, IconRefresh } from '@tabler/icons-react'
import { useLocation, useParams } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { announce } from '../ui/announcer.tsx'
import { CodeBlock } from '../ui/code-block.tsx'
import { Page } from '../ui/page.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { Section } from '../ui/section.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { useAction } from '../ui/use-action.ts'
import { AttemptList } from './attempt-list.tsx'
import { DeliveryFacts } from './delivery-facts.tsx'
import { useDeliveryPlace } from './delivery-place.ts'
import { restsNow, shortUrl } from './endpoint-state.ts'
import { inLines } from './in-lines.ts'
import { Notes } from './notes.tsx'
import { ReplayDialog } from './replay-dialog.tsx'
import { useDelivery } from './use-delivery.ts'
import { useEndpoint } from './use-endpoint.ts'
import { useWhyNot } from './use-why-not.ts'
import { WhereFound } from './where-found.tsx'

export function DeliveryPage() {
  const { webhook = '', delivery: id = '' } = useParams()
  const endpoint = useEndpoint(webhook)
  const delivery = useDelivery(webhook, id)
  return (
    <WhereFound sought={endpoint}>
      {(at) => (
        <WhereFound sought={delivery}>
          {(found) => <Delivery endpoint={at} delivery={found} onRedelivered={delivery.again} />}
        </WhereFound>
      )}
    </WhereFound>
  )
}

interface Props {
  endpoint: Webhook
  delivery: WholeWebhookDelivery
  onRedelivered: () => void
}

/** One event at one endpoint: what was sent, and what was answered each time. */
function Delivery({ endpoint, delivery, onRedelivered }: Props) {
  const { id: organisation } = useOrganisation()
  const { search } = useLocation()
  const place = useDeliveryPlace()
  const { id, webhook, event, log, body } = delivery
  const whyNot = useWhyNot(endpoint)
  const [isReplaying, { open: openReplay, close: closeReplay }] = useDisclosure(false)
  const redeliver = useAction(async () => {
    await rolecall.webhooks.redeliver({ organisation, webhook, delivery: id })
    announce('It is delivered once more.')
    onRedelivered()
  })
  return (
    <Page
      title={event.type}
      about={`Event ${event.seq} of this organisation’s log, to ${shortUrl(endpoint.url)}`}
      back={
        <TextLink to={`/o/${organisation}/webhooks/${webhook}${search}`} state={place}>
          ← Deliveries
        </TextLink>
      }
      action={
        <Group gap="xs">
          <ActionButton
            name="Deliver once more"
            whyNot={endpoint.enabled ? whyNot : restsNow}
            onAct={() => redeliver.run()}
            icon={<IconRefresh size={16} stroke={1.8} />}
            isPending={redeliver.isPending}
          />
          <ActionButton
            name="Replay from here…"
            whyNot={whyNot}
            onAct={openReplay}
            icon={<IconHistory size={16} stroke={1.8} />}
          />
        </Group>
      }
    >
      <Notes>
        <ProblemNote error={redeliver.error} />
      </Notes>
      <Section title="Delivery">
        <DeliveryFacts endpoint={endpoint} delivery={delivery} />
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
      {isReplaying && <ReplayDialog endpoint={endpoint} after={cursorIn(body)} onClose={closeReplay} />}
    </Page>
  )
}

const cursorIn = (body: string) => (JSON.parse(body) as RolecallEvent).cursor
