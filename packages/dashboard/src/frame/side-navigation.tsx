import type { AnyPermission } from '@rolecall/contract'
import type { ReactNode } from 'react'
import { NavLink } from 'react-router'
import { sectionsFor } from './sections.ts'
import classes from './side-navigation.module.css'

/** The pages of the organisation that one's role opens. */
export function SideNavigation(props: {
  organisation: string
  permissions: readonly AnyPermission[]
  onFollow: () => void
  below: ReactNode
}) {
  return (
    <nav className={classes.navigation} aria-label="Organisation">
      <ul className={classes.list}>
        {sectionsFor(props.permissions).map(({ path, name, icon: Icon }) => (
          <li key={path}>
            <NavLink to={`/o/${props.organisation}/${path}`} className={classes.link ?? ''} onClick={props.onFollow}>
              <Icon size={18} stroke={1.7} aria-hidden />
              {name}
            </NavLink>
          </li>
        ))}
      </ul>
      {props.below}
    </nav>
  )
}
