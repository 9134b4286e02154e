import type { Webhook } from '@rolecall/contract'
import { useNavigate, useParams } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { OtherChangeNote, useOtherChange } from '../organisations/other-change.tsx'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { Page } from '../ui/page.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { useAction } from '../ui/use-action.ts'
import { EndpointFields } from './endpoint-fields.tsx'
import { EndpointForm } from './endpoint-form.tsx'
import { shortUrl } from './endpoint-state.ts'
import { useEndpoint } from './use-endpoint.ts'
import { compositionOf, useEndpointDraft } from './use-endpoint-draft.ts'
import { useWhyNotLead } from './use-why-not.ts'
import { WhereFound } from './where-found.tsx'

export function EditEndpointPage() {
  const { webhook = '' } = useParams()
  const endpoint = useEndpoint(webhook)
  return <WhereFound sought={endpoint}>{(found) => <Editor endpoint={found} />}</WhereFound>
}

/** Changes what was chosen of an endpoint. */
function Editor({ endpoint }: { endpoint: Webhook }) {
  const { id } = useOrganisation()
  const navigate = useNavigate()
  const draft = useEndpointDraft(endpoint)
  const whyNotMove = useWhyNotLead(endpoint)
  const back = `/o/${id}/webhooks/${endpoint.id}`
  const other = useOtherChange(
    compositionOf(endpoint),
    ({ type, data }) => type === 'webhook.updated' && data.webhook.id === endpoint.id,
  )
  const save = useAction(async () => {
    other.knows(draft.now)
    other.knows(
      compositionOf(await rolecall.webhooks.update({ organisation: id, webhook: endpoint.id, ...draft.changes })),
    )
    announce('The endpoint was saved.')
    await navigate(back)
  })
  return (
    <Page
      title="Edit the endpoint"
      about="Changes hold from the next request on."
      back={<TextLink to={back}>← {shortUrl(endpoint.url)}</TextLink>}
    >
      <EndpointForm
        action={save}
        confirm="Save changes"
        isDisabled={Object.keys(draft.changes).length === 0}
        back={back}
      >
        <OtherChangeNote of={other} isSaving={save.isPending}>
          this endpoint just now. What you have not touched shows it.
        </OtherChangeNote>
        <EndpointFields
          draft={draft}
          error={save.error}
          eventsPage={`/o/${id}/webhooks/events`}
          whyNotMove={whyNotMove}
        />
      </EndpointForm>
    </Page>
  )
}
