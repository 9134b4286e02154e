import { type BuiltInRole, builtInRoleIds, holds } from '@rolecall/contract'
import { Fragment } from 'react'
import { RoleBadge } from '../ui/role-badge.tsx'
import { permissionGroups, sentence } from './describe.ts'
import { Held } from './held.tsx'
import classes from './role-matrix.module.css'

/** Permissions down, roles across; one's own column stands out. */
export function RoleMatrix({ own }: { own: BuiltInRole }) {
  return (
    <div className={classes.frame}>
      <table className={classes.matrix}>
        <caption className="visually-hidden">What each role permits</caption>
        <thead>
          <tr>
            <th scope="col" className={classes.corner}>
              Permission
            </th>
            {builtInRoleIds.map((role) => (
              <th key={role} scope="col" data-own={role === own || undefined}>
                <RoleBadge role={role} />
                {role === own && <span className={classes.you}>Your role</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {permissionGroups.map(({ name, permissions }) => (
            <Fragment key={name}>
              <tr className={classes.group}>
                <th scope="colgroup">{name}</th>
                {builtInRoleIds.map((role) => (
                  <td key={role} data-own={role === own || undefined} />
                ))}
              </tr>
              {permissions.map((permission) => (
                <tr key={permission}>
                  <th scope="row">
                    <span className={classes.sentence}>{sentence(permission)}</span>
                    <code className={classes.code}>{permission}</code>
                  </th>
                  {builtInRoleIds.map((role) => (
                    <td key={role} data-own={role === own || undefined}>
                      <Held isHeld={holds(role, permission)} />
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
