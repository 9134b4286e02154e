import { Button } from '@mantine/core'
import { IconPlus, IconWebhook } from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { Empty } from '../ui/empty.tsx'
import { Page } from '../ui/page.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { RowSkeletons } from '../ui/row-skeletons.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { EndpointDialog, type EndpointDialogRequest } from './endpoint-dialog.tsx'
import { EndpointList } from './endpoint-list.tsx'
import { useAnnouncedEndpoints, useEndpointNotes } from './endpoint-notes.ts'
import { Notes } from './notes.tsx'
import { useEndpointActions } from './use-endpoint-actions.ts'
import { useEndpoints } from './use-endpoints.ts'

/** The endpoints of the organisation, each with how it stands. */
export function EndpointsPage() {
  const { id, name } = useOrganisation()
  const { answer: endpoints, error } = useEndpoints()
  const [dialog, setDialog] = useState<EndpointDialogRequest>()
  const actions = useEndpointActions()
  const notes = useEndpointNotes()
  useAnnouncedEndpoints()
  const create = (
    <Button leftSection={<IconPlus size={18} stroke={1.8} />} component={Link} to={`/o/${id}/webhooks/new`}>
      Add an endpoint
    </Button>
  )
  return (
    <Page
      title="Webhooks"
      about={
        <>
          What happens in {name}, posted to your own programs as it happens.{' '}
          <TextLink to={`/o/${id}/webhooks/events`}>What events there are</TextLink>
        </>
      }
      action={endpoints?.length !== 0 && create}
    >
      <Notes>
        <ProblemNote error={actions.error ?? (endpoints === undefined ? error : undefined)} />
      </Notes>
      {endpoints === undefined && error === undefined && (
        <AfterAMoment>
          <RowSkeletons rows={3} />
        </AfterAMoment>
      )}
      {endpoints?.length === 0 && (
        <Empty icon={<IconWebhook size={26} stroke={1.6} />} title="No endpoints yet" action={create}>
          An endpoint is a URL of yours to which events are posted: signed, tried again until they are taken, and in
          order if you like.
        </Empty>
      )}
      {endpoints !== undefined && endpoints.length > 0 && (
        <EndpointList endpoints={endpoints} notes={notes} actions={actions} onAsk={setDialog} />
      )}
      {dialog !== undefined && <EndpointDialog request={dialog} onClose={() => setDialog(undefined)} />}
    </Page>
  )
}
