import { Button } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { Page } from '../ui/page.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { useAction } from '../ui/use-action.ts'
import { EndpointFields } from './endpoint-fields.tsx'
import classes from './endpoint-form.module.css'
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
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault()
          void create.run()
        }}
      >
        <EndpointFields draft={draft} error={create.error} eventsPage={`/o/${id}/webhooks/events`} />
        <div className={classes.buttons}>
          <Button variant="default" component={Link} to={`/o/${id}/webhooks`}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Add the endpoint
          </Button>
        </div>
      </form>
    </Page>
  )
}
