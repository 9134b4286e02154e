import { Burger } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import type { Organisation } from '@rolecall/contract'
import type { ConnectionStatus } from '@rolecall/sdk'
import { Suspense, useRef, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { CreateOrganisationDialog } from '../dialogs.ts'
import { notify } from '../notices/notify.ts'
import { useDeleted } from '../organisations/deleted-context.ts'
import { useOrganisations } from '../organisations/organisations-context.ts'
import { isOwn } from '../organisations/personal.ts'
import type * as SearchModule from '../search/search.tsx'
import { useAccount } from '../session/session-context.ts'
import { signOut } from '../session/sign-out.ts'
import { Logo } from '../ui/logo.tsx'
import { AccountMenu } from './account-menu.tsx'
import { ColourSchemeToggle } from './colour-scheme-toggle.tsx'
import classes from './head-bar.module.css'
import { LiveSign } from './live-sign.tsx'
import { OrganisationSwitcher } from './organisation-switcher.tsx'
import { SearchButton } from './search-button.tsx'

/** Only where the server answers: a page that shows what it last knew is worth more than the browser’s own. */
async function reload(): Promise<void> {
  await fetch(location.href, { method: 'HEAD' })
  location.reload()
}

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
  // Loaded with the first search, and kept. Not by `lazy`: where it does not come, the page is to stay.
  const [Search, setSearch] = useState<(typeof SearchModule)['default']>()
  const hasFailed = useRef(false)
  const search = async () => {
    try {
      // Browsers remember a script that did not come, and Vite a style: only another document loads it again.
      if (hasFailed.current) return await reload()
      const { default: Loaded, openSearch } = await import('../search/search.tsx')
      setSearch(() => Loaded)
      openSearch()
    } catch {
      hasFailed.current = true
      notify('The search could not be loaded. Open it again to load the page anew.')
    }
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
      {Search !== undefined && <Search onAdd={adding.open} onSignOut={signOut} />}
    </div>
  )
}
