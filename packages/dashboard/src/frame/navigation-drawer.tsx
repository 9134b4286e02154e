import { Drawer } from '@mantine/core'
import type { ReactNode } from 'react'

/** The navigation where there is no room for it at the side. */
export default function NavigationDrawer(props: { opened: boolean; onClose: () => void; children: ReactNode }) {
  return (
    <Drawer opened={props.opened} onClose={props.onClose} title="Navigation" size={288}>
      {props.children}
    </Drawer>
  )
}
