import type { ReactNode } from 'react'
import { Link } from 'react-router'
import classes from './list.module.css'

/** Rows, one below the other, with a line in between; boxed where they stand by themselves on a page. */
export function List(props: { label?: string; isBoxed?: boolean; isOrdered?: boolean; children: ReactNode }) {
  const Rows = props.isOrdered === true ? 'ol' : 'ul'
  return (
    <Rows className={classes.list} data-boxed={props.isBoxed || undefined} aria-label={props.label}>
      {props.children}
    </Rows>
  )
}

/** What a row is called, with what there is to say of it below; the name leads to its page, where it has one. */
export function RowWords({ name, to, children }: { name: string; to?: string; children: ReactNode }) {
  const words = (
    <>
      <span className={classes.name}>{name}</span>
      {children}
    </>
  )
  if (to === undefined) return <span className={classes.words}>{words}</span>
  return (
    <Link to={to} className={classes.words}>
      {words}
    </Link>
  )
}
