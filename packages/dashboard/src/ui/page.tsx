import { Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import classes from './page.module.css'

/** A page: its title (also the document's), a line on what it is for, and its one main action. */
export function Page(props: {
  title: string
  about?: ReactNode
  /** The way to the page that this one belongs to. */
  back?: ReactNode
  action?: ReactNode
  narrow?: boolean
  children: ReactNode
}) {
  useEffect(() => {
    document.title = `${props.title} · Rolecall`
  }, [props.title])
  return (
    <div className={classes.page} data-narrow={props.narrow || undefined}>
      {props.back !== undefined && <p className={classes.back}>{props.back}</p>}
      <header className={classes.header}>
        <div className={classes.words}>
          <Title order={1}>{props.title}</Title>
          {props.about !== undefined && <p className={classes.about}>{props.about}</p>}
        </div>
        {props.action}
      </header>
      {props.children}
    </div>
  )
}
