import { Button, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconPlus, IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { Page } from '../ui/page.tsx'
import classes from './application-list.module.css'
import { ApplicationList } from './application-list.tsx'
import { CreateApplicationDialog } from './create-application-dialog.tsx'
import { useAnnouncedApplications } from './use-announced-applications.ts'

/** The applications of the organisation, by name. */
export function ApplicationsPage() {
  const { name, permissions } = useOrganisation()
  const [parameters, setParameters] = useSearchParams()
  const [typed, setTyped] = useState('')
  const [q] = useDebouncedValue(typed, 150)
  useAnnouncedApplications()
  const mayCreate = permissions.includes('application:create')
  const create = mayCreate && (
    <Button leftSection={<IconPlus size={18} stroke={1.8} />} onClick={() => setParameters({ add: '' })}>
      Add an application
    </Button>
  )
  return (
    <Page title="Applications" about={`What ${name} builds, each with a git repository.`} action={create}>
      <search className={classes.search}>
        <TextInput
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          placeholder="Find by name or description"
          aria-label="Find an application"
          leftSection={<IconSearch size={16} stroke={1.8} />}
        />
      </search>
      <ApplicationList key={q} q={q} />
      {mayCreate && parameters.has('add') && <CreateApplicationDialog onClose={() => setParameters({})} />}
    </Page>
  )
}
