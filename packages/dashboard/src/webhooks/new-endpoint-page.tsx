import { useState } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { Page } from '../ui/page.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { useAction } from '../ui/use-action.ts'
import { EndpointFields } from './endpoint-fields.tsx'
import { EndpointForm } from './endpoint-form.tsx'
import { NewSecret } from './new-secret.tsx'
import { useEndpointDraft } from './use-endpoint-draft.ts'

/** Adds an endpoint, and then shows its secret. */
export function NewEndpointPage() {
  const { id, name, role } = useOrganisation()
  const [created, setCreated] = useState<{ id: string; url: string; secret?: string | undefined }>()
  const draft = useEndpointDraft()
  const create = useAction(async () => {
    setCreated(await rolecall.webhooks.create({ organisation: id, ...draft.now }))
    announce('The endpoint is there. Keep its secret.')
  })
  if (created !== undefined) return <NewSecret endpoint={created} />
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
