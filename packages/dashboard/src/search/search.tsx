import '@mantine/spotlight/styles.css'
import { createSpotlight, Spotlight } from '@mantine/spotlight'
import type { Permission } from '@rolecall/contract'
import { IconSearch } from '@tabler/icons-react'
import { use, useState } from 'react'
import { OrganisationContext } from '../organisations/organisation-context.ts'
import { ActionResults } from './action-results.tsx'
import { ApplicationResults } from './application-results.tsx'
import { MemberResults } from './member-results.tsx'
import { OrganisationResults } from './organisation-results.tsx'
import classes from './search.module.css'

const looks = {
  content: classes.content ?? '',
  action: classes.action ?? '',
  actionSection: classes.section ?? '',
  actionDescription: classes.description ?? '',
}

const [store, search] = createSpotlight()

export const openSearch = search.open

/**
 * Mantine chooses the first result as one types. What the server answers comes later, and what was chosen may go away:
 * then nothing would be chosen, and Enter do nothing.
 */
function keepOneChosen(list: HTMLElement | null) {
  if (list === null) return undefined
  const observer = new MutationObserver(() => {
    if (list.querySelector('[data-selected]') !== null) return
    list.querySelector('[data-action]')?.setAttribute('data-selected', 'true')
    store.updateState((state) => ({ ...state, selected: 0 }))
  })
  observer.observe(list, { childList: true, subtree: true })
  return () => observer.disconnect()
}

/** ⌘K: organisations, members, applications and what one can do, by name. */
export default function Search({ onAdd, onSignOut }: { onAdd: () => void; onSignOut: () => void }) {
  const [query, setQuery] = useState('')
  const here = use(OrganisationContext)
  const wanted = query.trim().toLocaleLowerCase()
  const mayFind = (needs: Permission) => wanted !== '' && here?.permissions.includes(needs) === true
  return (
    <Spotlight.Root
      store={store}
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
        placeholder="Search by name"
        aria-label="Search by name"
        leftSection={<IconSearch size={18} stroke={1.7} />}
      />
      <Spotlight.ActionsList ref={wanted === '' ? null : keepOneChosen}>
        {here !== undefined && mayFind('member:read') && <MemberResults organisation={here} wanted={wanted} />}
        {here !== undefined && mayFind('application:read') && (
          <ApplicationResults organisation={here} wanted={wanted} />
        )}
        <OrganisationResults wanted={wanted} />
        <ActionResults wanted={wanted} organisation={here} onAdd={onAdd} onSignOut={onSignOut} />
        <Spotlight.Empty className={classes.empty ?? ''}>Nothing of that name</Spotlight.Empty>
      </Spotlight.ActionsList>
    </Spotlight.Root>
  )
}
