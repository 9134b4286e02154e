import { Title } from '@mantine/core'
import { type ReactNode, useId } from 'react'
import classes from './section.module.css'

/** A titled card of a page. */
export function Section(props: { title: string; about?: ReactNode; tone?: 'danger'; children: ReactNode }) {
  const id = useId()
  return (
    <section className={classes.section} aria-labelledby={id} data-tone={props.tone}>
      <header className={classes.header}>
        <Title order={2} id={id}>
          {props.title}
        </Title>
        {props.about !== undefined && <p className={classes.about}>{props.about}</p>}
      </header>
      {props.children}
    </section>
  )
}
