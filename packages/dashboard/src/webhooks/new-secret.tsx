import { Button } from '@mantine/core'
import { Link } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { Page } from '../ui/page.tsx'
import { Section } from '../ui/section.tsx'
import type { CreatedEndpoint } from './created-endpoint.ts'
import classes from './endpoint-form.module.css'
import { shortUrl } from './endpoint-state.ts'
import { SecretNote } from './secret-note.tsx'

interface Props {
  endpoint: CreatedEndpoint
  onLeave: () => void
}

/** What follows when an endpoint was added, at its address: its secret, shown this once. */
export function NewSecret({ endpoint, onLeave }: Props) {
  const { id } = useOrganisation()
  return (
    <Page title="Keep its secret" about={`${shortUrl(endpoint.url)} gets events from now on.`} narrow>
      <div className={classes.form}>
        <Section title="The signing secret">
          <SecretNote secret={endpoint.secret} />
        </Section>
        <div className={classes.buttons}>
          <Button component={Link} to={`/o/${id}/webhooks/${endpoint.id}`} onClick={onLeave}>
            Go to the endpoint
          </Button>
        </div>
      </div>
    </Page>
  )
}
