import { Link } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { RoleBadge } from '../ui/role-badge.tsx'
import { useWatched } from '../ui/use-watched.ts'
import classes from './role-cards.module.css'
import { useRoleNotes } from './role-notes.ts'

/** The roles, with how many hold them where one may know that, counted live. */
export function RoleCards() {
  const { id: organisation, live, roles, permissions } = useOrganisation()
  const { rows } = useWatched(live.members)
  const notes = useRoleNotes()
  const maySeeMembers = permissions.includes('member:read')
  return (
    <ul className={classes.roles}>
      {roles.rows.map((role) => {
        const count = rows.filter((row) => row.role === role.id).length
        const note = notes.get(role.id)
        return (
          <li key={role.id} className={classes.role} data-marked={note !== undefined || undefined}>
            <span className={classes.line}>
              <Link to={`/o/${organisation}/roles/${role.id}`} className={classes.link}>
                <RoleBadge role={role} />
              </Link>
              {maySeeMembers && <span className={classes.count}>{count === 1 ? '1 member' : `${count} members`}</span>}
            </span>
            <span className={classes.about}>
              {note !== undefined ? (
                <span className={classes.note}>{note}</span>
              ) : (
                role.description || `${role.permissions.length} permissions.`
              )}
            </span>
          </li>
        )
      })}
    </ul>
  )
}
