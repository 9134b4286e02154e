import { isBuiltIn, type Role } from '@rolecall/contract'
import classes from './pill.module.css'

/** A role's name, with a dot of the role's colour; those that organisations compose share one. */
export function RoleBadge({ role, quiet }: { role: Pick<Role, 'id' | 'name'>; quiet?: boolean }) {
  return (
    <span
      className={classes.pill}
      data-role={isBuiltIn(role.id) ? role.id : 'custom'}
      data-quiet={quiet || undefined}
      title={isBuiltIn(role.id) ? undefined : role.name}
    >
      <span className={classes.name}>{role.name}</span>
    </span>
  )
}
