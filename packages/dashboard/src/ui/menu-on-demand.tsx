import { Menu, type MenuProps } from '@mantine/core'
import { type ReactElement, type ReactNode, useState } from 'react'
import { returnFocus } from './focus-memory.ts'

/** What a button that will open a menu is given until it has one. */
export interface TargetProps {
  readonly onClick?: () => void
  readonly 'aria-haspopup'?: 'menu'
  readonly 'aria-expanded'?: false
  readonly autoFocus?: true
}

/** A menu that comes into being when it is first opened: a long list has two for each row, and hardly any is used. */
export function MenuOnDemand(props: {
  target: (given: TargetProps) => ReactElement
  position: NonNullable<MenuProps['position']>
  width: number
  children: () => ReactNode
}) {
  const [isUsed, setUsed] = useState(false)
  if (!isUsed) {
    return props.target({ onClick: () => setUsed(true), 'aria-haspopup': 'menu', 'aria-expanded': false })
  }
  return (
    <Menu defaultOpened position={props.position} width={props.width} onClose={returnFocus}>
      {/* It is another element than the one that was pressed, to which the focus is to come back. */}
      <Menu.Target>{props.target({ autoFocus: true })}</Menu.Target>
      <Menu.Dropdown>{props.children()}</Menu.Dropdown>
    </Menu>
  )
}
