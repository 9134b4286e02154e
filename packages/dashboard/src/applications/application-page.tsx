import { Button, Group } from '@mantine/core'
import type { Application } from '@rolecall/contract'
import { IconBoxOff, IconPencil, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { useParams } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { RepositorySections } from '../repositories/repository-sections.tsx'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { CopyableId } from '../ui/copyable-id.tsx'
import { Empty } from '../ui/empty.tsx'
import { Page } from '../ui/page.tsx'
import { PageSkeleton } from '../ui/page-skeleton.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { Section } from '../ui/section.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { DeleteApplicationDialog } from './delete-application-dialog.tsx'
import { EditApplicationDialog } from './edit-application-dialog.tsx'
import { useApplication } from './use-applications.ts'

/** One application. */
export function ApplicationPage() {
  const { application: id = '' } = useParams()
  const { answer, error } = useApplication(id)
  if (error?.code === 'not_found') return <NoApplication />
  if (answer !== undefined) return <Found application={answer} />
  return error === undefined ? (
    <AfterAMoment>
      <PageSkeleton />
    </AfterAMoment>
  ) : (
    <ProblemNote error={error} />
  )
}

function Found({ application }: { application: Application }) {
  const { id, permissions } = useOrganisation()
  return (
    <Page
      title={application.name}
      about={application.description}
      back={<TextLink to={`/o/${id}/applications`}>← Applications</TextLink>}
      action={<Actions application={application} />}
    >
      {permissions.includes('repository:read') && <RepositorySections application={application} />}
      <Section title="Id" about="What programs know the application by.">
        <CopyableId id={application.id} />
      </Section>
    </Page>
  )
}

function Actions({ application }: { application: Application }) {
  const { permissions } = useOrganisation()
  const [dialog, setDialog] = useState<'edit' | 'delete'>()
  const close = () => setDialog(undefined)
  return (
    <Group gap="xs">
      {permissions.includes('application:update') && (
        <Button variant="default" leftSection={<IconPencil size={16} stroke={1.8} />} onClick={() => setDialog('edit')}>
          Edit
        </Button>
      )}
      {permissions.includes('application:delete') && (
        <Button
          variant="default"
          leftSection={<IconTrash size={16} stroke={1.8} />}
          onClick={() => setDialog('delete')}
        >
          Delete
        </Button>
      )}
      {dialog === 'edit' && <EditApplicationDialog application={application} onClose={close} />}
      {dialog === 'delete' && <DeleteApplicationDialog application={application} onClose={close} />}
    </Group>
  )
}

function NoApplication() {
  const { id, name } = useOrganisation()
  return (
    <Empty
      isPage
      icon={<IconBoxOff size={26} stroke={1.6} />}
      title="There is no such application, or not any more"
      action={<TextLink to={`/o/${id}/applications`}>All applications</TextLink>}
    >
      This address was that of an application of {name}.
    </Empty>
  )
}
