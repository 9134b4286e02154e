import '@mantine/spotlight/styles.css'
import { Spotlight, spotlight } from '@mantine/spotlight'
import { IconSearch } from '@tabler/icons-react'
import { use, useState } from 'react'
import { OrganisationContext } from '../organisations/organisation-context.ts'
import { ActionResults } from './action-results.tsx'
import { MemberResults } from './member-results.tsx'
import { OrganisationResults } from './organisation-results.tsx'
import classes from './search.module.css'

const looks = {
  content: classes.content ?? '',
  action: classes.action ?? '',
  actionSection: classes.section ?? '',
  actionDescription: classes.description ?? '',
}

export const openSearch = spotlight.open

/** ⌘K: organisations, members and what one can do, by name. */
export default function Search({ onAdd, onSignOut }: { onAdd: () => void; onSignOut: () => void }) {
  const [query, setQuery] = useState('')
  const here = use(OrganisationContext)
  const wanted = query.trim().toLocaleLowerCase()
  const mayFindMembers = wanted !== '' && here?.permissions.includes('member:read') === true
  return (
    <Spotlight.Root
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      scrollable
      maxHeight={420}
      radius="lg"
      size={560}
      centered={false}
      classNames={looks}
      attributes={{ content: { 'aria-label': 'Search' } }}
      yOffset="12dvh"
      overlayProps={{ backgroundOpacity: 0.4, blur: 2 }}
    >
      <Spotlight.Search
        placeholder="Search organisations, members and actions"
        aria-label="Search organisations, members and actions"
        leftSection={<IconSearch size={18} stroke={1.7} />}
      />
      <Spotlight.ActionsList>
        {mayFindMembers && <MemberResults organisation={here} wanted={wanted} />}
        <OrganisationResults wanted={wanted} />
        <ActionResults wanted={wanted} organisation={here} onAdd={onAdd} onSignOut={onSignOut} />
        <Spotlight.Empty className={classes.empty ?? ''}>Nothing of that name</Spotlight.Empty>
      </Spotlight.ActionsList>
    </Spotlight.Root>
  )
}
