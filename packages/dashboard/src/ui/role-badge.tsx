import { type BuiltInRole, builtInRoles } from '@rolecall/contract'
import classes from './role-badge.module.css'

/** A role's name, with a dot of the role's colour. */
export function RoleBadge({ role, quiet }: { role: BuiltInRole; quiet?: boolean }) {
  return (
    <span className={classes.badge} data-role={role} data-quiet={quiet || undefined}>
      {builtInRoles[role].name}
    </span>
  )
}
