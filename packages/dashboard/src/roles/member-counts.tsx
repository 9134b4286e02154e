import { useOrganisation } from '../organisations/organisation-context.ts'
import { RoleBadge } from '../ui/role-badge.tsx'
import { useWatched } from '../ui/use-watched.ts'
import classes from './member-counts.module.css'

/** The roles in a line each, with how many hold them, counted live. */
export function MemberCounts() {
  const { live, roles } = useOrganisation()
  const { rows } = useWatched(live.members)
  return (
    <ul className={classes.roles}>
      {roles.rows.map((role) => {
        const count = rows.filter((row) => row.role === role.id).length
        return (
          <li key={role.id} className={classes.role}>
            <span className={classes.line}>
              <RoleBadge role={role} />
              <span className={classes.count}>{count === 1 ? '1 member' : `${count} members`}</span>
            </span>
            <span className={classes.about}>{role.description}</span>
          </li>
        )
      })}
    </ul>
  )
}
