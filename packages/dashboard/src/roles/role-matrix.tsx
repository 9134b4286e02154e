import { Fragment } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { RoleBadge } from '../ui/role-badge.tsx'
import { Held } from './held.tsx'
import classes from './role-matrix.module.css'
import { useCatalogue } from './use-own-permissions.ts'

/** So many columns stand beside the sentences; more scroll sideways beneath them. */
const mostBeside = 5

/** Permissions down, roles across; one's own column stands out. */
export function RoleMatrix() {
  const { role: own, roles } = useOrganisation()
  const { groups, sentence } = useCatalogue()
  const isWide = roles.rows.length > mostBeside
  return (
    // What scrolls must be reached by keyboard.
    <div
      className={classes.frame}
      data-wide={isWide || undefined}
      {...(isWide ? { tabIndex: 0, role: 'region', 'aria-label': 'What each role permits' } : {})}
    >
      <table className={classes.matrix}>
        <caption className="visually-hidden">What each role permits</caption>
        <thead>
          <tr>
            <th scope="col" className={classes.corner}>
              Permission
            </th>
            {roles.rows.map((role) => (
              <th key={role.id} scope="col" data-own={role.id === own.id || undefined}>
                <RoleBadge role={role} />
                {role.id === own.id && <span className={classes.you}>Your role</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map(({ name, permissions }) => (
            <Fragment key={name}>
              <tr className={classes.group}>
                <th scope="colgroup">{name}</th>
                {roles.rows.map(({ id }) => (
                  <td key={id} data-own={id === own.id || undefined} />
                ))}
              </tr>
              {permissions.map((permission) => (
                <tr key={permission}>
                  <th scope="row">
                    <span className={classes.sentence}>{sentence(permission)}</span>
                    <code className={classes.code}>{permission}</code>
                  </th>
                  {roles.rows.map((role) => (
                    <td key={role.id} data-own={role.id === own.id || undefined}>
                      <Held isHeld={role.permissions.includes(permission)} />
                    </td>
                  ))}
                </tr>
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  )
}
