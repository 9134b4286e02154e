import { Burger } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import type { Organisation } from '@rolecall/contract'
import type { ConnectionStatus } from '@rolecall/sdk'
import { lazy, Suspense, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { CreateOrganisationDialog } from '../dialogs.ts'
import { useDeleted } from '../organisations/deleted-context.ts'
import { useOrganisations } from '../organisations/organisations-context.ts'
import { isOwn } from '../organisations/personal.ts'
import { useAccount } from '../session/session-context.ts'
import { signOut } from '../session/sign-out.ts'
import { Logo } from '../ui/logo.tsx'
import { AccountMenu } from './account-menu.tsx'
import { ColourSchemeToggle } from './colour-scheme-toggle.tsx'
import classes from './head-bar.module.css'
import { LiveSign } from './live-sign.tsx'
import { OrganisationSwitcher } from './organisation-switcher.tsx'
import { SearchButton } from './search-button.tsx'

const loadSearch = () => import('../search/search.tsx')
const Search = lazy(loadSearch)

export function HeadBar(props: {
  current: Organisation | undefined
  status: ConnectionStatus | undefined
  onOpenNavigation: (() => void) | undefined
}) {
  const account = useAccount()
  const navigate = useNavigate()
  const { rows } = useOrganisations()
  const deleted = useDeleted().rows?.length ?? 0
  const [isAdding, adding] = useDisclosure(false)
  // Loaded with the first search, and kept.
  const [wasSearched, setSearched] = useState(false)
  const search = () => {
    setSearched(true)
    void loadSearch().then(({ openSearch }) => openSearch())
  }
  useHotkeys([['mod+K', search]], [])

  return (
    <div className={classes.bar}>
      {props.onOpenNavigation !== undefined && (
        <Burger size="sm" className={classes.burger} onClick={props.onOpenNavigation} aria-label="Open navigation" />
      )}
      <Link to="/" className={classes.home} aria-label="Rolecall, your personal organisation">
        <Logo size={28} />
      </Link>
      <OrganisationSwitcher
        organisations={rows}
        current={props.current}
        own={rows.find((organisation) => isOwn(organisation, account))?.id}
        onSwitch={(id) => navigate(`/o/${id}`)}
        deleted={deleted}
        onRestore={() => navigate('/deleted')}
        onAdd={adding.open}
      />
      <span className={classes.space} />
      <SearchButton onOpen={search} />
      {props.status !== undefined && <LiveSign status={props.status} />}
      <ColourSchemeToggle />
      <AccountMenu account={account} onSignOut={signOut} />
      <Suspense>{isAdding && <CreateOrganisationDialog onClose={adding.close} />}</Suspense>
      <Suspense>{wasSearched && <Search onAdd={adding.open} onSignOut={signOut} />}</Suspense>
    </div>
  )
}
