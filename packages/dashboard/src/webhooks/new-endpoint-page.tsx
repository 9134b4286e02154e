import { useNavigate } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { Page } from '../ui/page.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { useAction } from '../ui/use-action.ts'
import { handOver } from './created-endpoint.ts'
import { EndpointFields } from './endpoint-fields.tsx'
import { EndpointForm } from './endpoint-form.tsx'
import { useEndpointDraft } from './use-endpoint-draft.ts'

/** Adds an endpoint, and goes to it for its secret. */
export function NewEndpointPage() {
  const { id, name, role } = useOrganisation()
  const navigate = useNavigate()
  const draft = useEndpointDraft()
  const create = useAction(async () => {
    const created = await rolecall.webhooks.create({ organisation: id, ...draft.now })
    handOver(created)
    announce('The endpoint is there. Keep its secret.')
    // There is no way back to the form: it would add another one.
    await navigate(`/o/${id}/webhooks/${created.id}`, { replace: true })
  })
  return (
    <Page
      title="Add an endpoint"
      about={`What happens in ${name} from now on is posted to it, as far as you may see it as ${role.name}.`}
      back={<TextLink to={`/o/${id}/webhooks`}>← Webhooks</TextLink>}
    >
      <EndpointForm action={create} confirm="Add the endpoint" back={`/o/${id}/webhooks`}>
        <EndpointFields draft={draft} error={create.error} eventsPage={`/o/${id}/webhooks/events`} />
      </EndpointForm>
    </Page>
  )
}
