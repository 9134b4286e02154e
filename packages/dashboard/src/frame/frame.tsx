import { Drawer } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { Organisation } from '@rolecall/contract'
import type { ConnectionStatus } from '@rolecall/sdk'
import type { ReactNode } from 'react'
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
  const [isDrawerOpen, drawer] = useDisclosure(false)
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
          <Drawer opened={isDrawerOpen} onClose={drawer.close} title="Navigation" size={288}>
            {navigation(drawer.close)}
          </Drawer>
        </>
      )}
      <main className={classes.main} id="main" tabIndex={-1}>
        {props.children}
      </main>
    </div>
  )
}
