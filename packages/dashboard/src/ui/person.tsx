import type { ReactNode } from 'react'
import { Initials } from './initials.tsx'
import classes from './person.module.css'

/** Somebody: avatar, name, and a second line. */
export function Person(props: { id: string; name: string; size?: number; hint?: ReactNode; children?: ReactNode }) {
  return (
    <span className={classes.person}>
      <Initials id={props.id} name={props.name} size={props.size ?? 34} />
      <span className={classes.words}>
        <span className={classes.name}>
          <span className={classes.text}>{props.name}</span>
          {props.hint}
        </span>
        {props.children !== undefined && <span className={classes.second}>{props.children}</span>}
      </span>
    </span>
  )
}
