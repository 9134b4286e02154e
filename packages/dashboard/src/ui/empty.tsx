import { Title } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './empty.module.css'

/** Where nothing is yet: what the place is for, and the one thing that begins. */
export function Empty(props: {
  icon: ReactNode
  title: string
  children: ReactNode
  action?: ReactNode
  /** It is all that there is on the page. */
  isPage?: boolean
}) {
  return (
    <div className={classes.empty}>
      <div className={classes.icon} aria-hidden>
        {props.icon}
      </div>
      <Title order={props.isPage === true ? 1 : 2} className={classes.title ?? ''}>
        {props.title}
      </Title>
      <p className={classes.text}>{props.children}</p>
      {props.action}
    </div>
  )
}
