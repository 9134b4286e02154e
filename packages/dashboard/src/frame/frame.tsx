import { useDisclosure } from '@mantine/hooks'
import type { Organisation } from '@rolecall/contract'
import type { ConnectionStatus } from '@rolecall/sdk'
import { type ReactNode, Suspense, useState } from 'react'
import { NavigationDrawer } from '../dialogs.ts'
import classes from './frame.module.css'
import { HeadBar } from './head-bar.tsx'

/** What stands around every page: head bar, navigation, and the page itself. */
export function Frame(props: {
  current?: Organisation | undefined
  status?: ConnectionStatus | undefined
  /** What stands at the side; called with what to do once a link was followed. */
  navigation?: ((onFollow: () => void) => ReactNode) | undefined
  children: ReactNode
}) {
  // Kept once it was opened, so that it can leave as it came.
  const [wasDrawerOpen, setDrawerOpened] = useState(false)
  const [isDrawerOpen, drawer] = useDisclosure(false, { onOpen: () => setDrawerOpened(true) })
  const { navigation } = props
  return (
    <div className={classes.frame} data-plain={navigation === undefined || undefined}>
      <a href="#main" className={classes.skip}>
        Skip to the page
      </a>
      <header className={classes.bar}>
        <HeadBar
          current={props.current}
          status={props.status}
          onOpenNavigation={navigation === undefined ? undefined : drawer.open}
        />
      </header>
      {navigation !== undefined && (
        <>
          <div className={classes.side}>{navigation(() => undefined)}</div>
          <Suspense>
            {wasDrawerOpen && (
              <NavigationDrawer opened={isDrawerOpen} onClose={drawer.close}>
                {navigation(drawer.close)}
              </NavigationDrawer>
            )}
          </Suspense>
        </>
      )}
      <main className={classes.main} id="main" tabIndex={-1}>
        {props.children}
      </main>
    </div>
  )
}
