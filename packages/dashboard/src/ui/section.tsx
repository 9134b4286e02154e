import { Title } from '@mantine/core'
import { type ReactNode, useEffect, useId, useRef } from 'react'
import classes from './section.module.css'

/** A titled card of a page. */
export function Section(props: {
  title: string
  about?: ReactNode
  tone?: 'danger'
  /** What a link to it ends with, as `tokens` for `#tokens`. */
  anchor?: string
  children: ReactNode
}) {
  const id = useId()
  const section = useRef<HTMLElement>(null)
  const { anchor } = props
  // A browser follows a link to a place only where the place is there before it looks.
  useEffect(() => {
    if (anchor !== undefined && location.hash === `#${anchor}`) section.current?.scrollIntoView()
  }, [anchor])
  return (
    <section ref={section} id={anchor} className={classes.section} aria-labelledby={id} data-tone={props.tone}>
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
