import { Menu, Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './danger-item.module.css'

/** An entry of a menu that takes something away. If it may not be done it stays, and says why. */
export function DangerItem(props: {
  icon: ReactNode
  whyNot?: string | undefined
  onAct: () => void
  children: string
}) {
  const { whyNot } = props
  return (
    <Tooltip
      label={whyNot}
      disabled={whyNot === undefined}
      position="left"
      events={{ hover: true, focus: true, touch: true }}
    >
      <Menu.Item
        className={classes.item ?? ''}
        aria-disabled={whyNot !== undefined}
        leftSection={props.icon}
        closeMenuOnClick={whyNot === undefined}
        onClick={() => whyNot === undefined && props.onAct()}
      >
        {props.children}
      </Menu.Item>
    </Tooltip>
  )
}
