import { Button, Title } from '@mantine/core'
import type { IconProps } from '@tabler/icons-react'
import type { ComponentType, ReactNode } from 'react'
import classes from './next-step.module.css'

export function NextStep(props: {
  icon: ComponentType<IconProps>
  title: string
  action: string
  onAct: () => void
  children: ReactNode
}) {
  const Icon = props.icon
  return (
    <li className={classes.step}>
      <span className={classes.icon} aria-hidden>
        <Icon size={22} stroke={1.6} />
      </span>
      <Title order={2}>{props.title}</Title>
      <p className={classes.text}>{props.children}</p>
      <Button variant="default" onClick={props.onAct}>
        {props.action}
      </Button>
    </li>
  )
}
