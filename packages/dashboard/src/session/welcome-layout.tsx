import { Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import { Announcer } from '../ui/announcer.tsx'
import { Logo } from '../ui/logo.tsx'
import { RollPicture } from './roll-picture.tsx'
import classes from './welcome-layout.module.css'

/** The pages before one is signed in, and those that mails lead to: the form on one side, what Rolecall is on the other. */
export function WelcomeLayout(props: { title: string; about: ReactNode; children?: ReactNode; below?: ReactNode }) {
  useEffect(() => {
    document.title = `${props.title} · Rolecall`
  }, [props.title])
  return (
    <div className={classes.layout}>
      <main className={classes.form}>
        <div className={classes.column}>
          <div className={classes.brand}>
            <Logo size={32} />
            <span>Rolecall</span>
          </div>
          <Title order={1}>{props.title}</Title>
          <p className={classes.about}>{props.about}</p>
          {props.children}
          {props.below !== undefined && <p className={classes.below}>{props.below}</p>}
        </div>
      </main>
      <aside className={classes.picture} aria-hidden>
        <RollPicture />
      </aside>
      <Announcer />
    </div>
  )
}
