import { Group } from '@mantine/core'
import { IconSend } from '@tabler/icons-react'
import { useState } from 'react'
import { useParams } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { Page } from '../ui/page.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { Section } from '../ui/section.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { useCreated } from './created-endpoint.ts'
import { DeliveryLog } from './delivery-log.tsx'
import { EndpointDialog, type EndpointDialogRequest } from './endpoint-dialog.tsx'
import { EndpointFacts } from './endpoint-facts.tsx'
import { EndpointMenu } from './endpoint-menu.tsx'
import { useAnnouncedEndpoints } from './endpoint-notes.ts'
import { restsNow, shortUrl } from './endpoint-state.ts'
import { NewSecret } from './new-secret.tsx'
import { Notes } from './notes.tsx'
import { StateNote } from './state-note.tsx'
import { type PlacedEndpoint, useEndpoint } from './use-endpoint.ts'
import { useEndpointActions } from './use-endpoint-actions.ts'
import { useWhyNot } from './use-why-not.ts'
import { WhereFound } from './where-found.tsx'

export function EndpointPage() {
  const { webhook = '' } = useParams()
  const [created, leave] = useCreated(webhook)
  return created === undefined ? <KnownEndpoint webhook={webhook} /> : <NewSecret endpoint={created} onLeave={leave} />
}

function KnownEndpoint({ webhook }: { webhook: string }) {
  const endpoint = useEndpoint(webhook)
  return <WhereFound sought={endpoint}>{(found) => <Endpoint endpoint={found} />}</WhereFound>
}

/** One endpoint: how it stands, and what becomes of each event, as it happens. */
function Endpoint({ endpoint }: { endpoint: PlacedEndpoint }) {
  const { id } = useOrganisation()
  const actions = useEndpointActions()
  const [dialog, setDialog] = useState<EndpointDialogRequest>()
  const whyNot = useWhyNot(endpoint)
  useAnnouncedEndpoints()
  return (
    <Page
      title={shortUrl(endpoint.url)}
      about={endpoint.description}
      back={<TextLink to={`/o/${id}/webhooks`}>← Webhooks</TextLink>}
      action={
        <Group gap="xs">
          <ActionButton
            name="Send a test event"
            whyNot={endpoint.enabled ? whyNot : restsNow}
            onAct={() => actions.test(endpoint)}
            icon={<IconSend size={16} stroke={1.8} />}
            isPending={actions.isPending}
          />
          <EndpointMenu endpoint={endpoint} actions={actions} onAsk={setDialog} />
        </Group>
      }
    >
      <Notes>
        <ProblemNote error={actions.error} />
        <StateNote endpoint={endpoint} actions={actions} onAsk={setDialog} />
      </Notes>
      <Section title="Endpoint">
        <EndpointFacts endpoint={endpoint} />
      </Section>
      <Section
        title="Deliveries"
        about="What became of each event that you may see, the newest event first, and when it was tried last. Kept for 30 days."
      >
        <DeliveryLog endpoint={endpoint} />
      </Section>
      {dialog !== undefined && <EndpointDialog request={dialog} onClose={() => setDialog(undefined)} />}
    </Page>
  )
}
