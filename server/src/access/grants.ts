/**
 * What the roles of an organisation permit. The built-in ones permit what the contract says; what differs from that
 * stands in the head of the organisation’s log, which every authorisation reads anyway.
 */
import {
  type AnyPermission,
  type BuiltInRole,
  builtInRoleIds,
  isBuiltIn,
  type OwnPermission,
  permissionsOf,
  problem,
  type RoleGrant,
  type RoleId,
} from '@rolecall/contract'
import type { HeadDocument } from '../log/documents.ts'
import { type PermissionSet, permissionSet } from './permission-set.ts'

/** Permissions of custom roles, and of a built-in one that a setting has changed, by the role’s id. */
export type OwnGrants = Readonly<Record<string, readonly AnyPermission[]>>

/** The permissions that the organisation has declared, each with the built-in roles that hold it beside Admin. */
export type Declared = Readonly<Record<OwnPermission, readonly BuiltInRole[]>>

export interface Grants {
  readonly own: OwnGrants
  readonly declared: Declared
  /** All roles, built-in and custom. */
  roles(): readonly RoleId[]
  /** Undefined for a role that the organisation does not have. */
  find(role: RoleId): PermissionSet | undefined
  /** For a role that a membership has. */
  permissionsOf(role: RoleId): PermissionSet
  /** As `canAssign` wants it. Throws `role_not_found`. */
  grant(role: RoleId): RoleGrant
  /** As an event records it, so that whoever reads the log alone knows what was permitted. */
  record(role: RoleId): { role: RoleId; permissions?: AnyPermission[] }
  /** All that differ from the built-in roles as they come, as an event records them. */
  recorded(): { role: RoleId; permissions: AnyPermission[] }[]
}

const builtIn = Object.fromEntries(
  builtInRoleIds.map((role) => [role, permissionSet(permissionsOf(role))]),
) as Readonly<Record<BuiltInRole, PermissionSet>>

/** What a recorded role permitted. */
export function recordedPermissions({
  role,
  permissions,
}: {
  readonly role: RoleId
  readonly permissions?: readonly AnyPermission[] | undefined
}): PermissionSet {
  if (permissions !== undefined) return permissionSet(permissions)
  if (isBuiltIn(role)) return builtIn[role]
  throw new Error(`the log does not say what the role ${role} permits`)
}

/** The grants that an event has `recorded`. */
export function grantsOf(
  recorded: readonly { readonly role: RoleId; readonly permissions?: readonly AnyPermission[] | undefined }[],
): Grants {
  return grantsIn({
    grants: Object.fromEntries(recorded.map((one) => [one.role, recordedPermissions(one).list])),
  })
}

export function grantsIn({ grants, declared: kept }: Pick<HeadDocument, 'grants' | 'declared'>): Grants {
  // What the log keeps for us was put there by `setGrants` and `setDeclared`.
  const own = (grants ?? {}) as OwnGrants
  const declared = (kept ?? {}) as Declared

  function find(role: RoleId): PermissionSet | undefined {
    const special = own[role]
    if (!isBuiltIn(role)) return special && permissionSet(special)
    if (isAsItComes(role)) return builtIn[role]
    return permissionSet([...(special ?? permissionsOf(role)), ...declaredFor(role, declared)])
  }

  function isAsItComes(role: BuiltInRole): boolean {
    return own[role] === undefined && declaredFor(role, declared).length === 0
  }

  // Keys were ids of roles when they were put there.
  const roles = () => [...builtInRoleIds, ...(Object.keys(own) as RoleId[]).filter((role) => !isBuiltIn(role))]

  function existing(role: RoleId): PermissionSet {
    const found = find(role)
    if (found === undefined) throw new Error(`a membership has the role ${role}, which its organisation does not have`)
    return found
  }

  function record(role: RoleId): ReturnType<Grants['record']> {
    return isBuiltIn(role) && isAsItComes(role) ? { role } : { role, permissions: [...existing(role).list] }
  }

  return {
    own,
    declared,
    roles,
    find,
    permissionsOf: existing,
    grant(role) {
      const found = find(role)
      if (found === undefined) throw problem('role_not_found', { detail: 'The organisation has no role of this id.' })
      return { role, permissions: found.list }
    },
    recorded: () =>
      roles()
        .map(record)
        .flatMap(({ role, permissions }) => (permissions ? [{ role, permissions }] : [])),
    record,
  }
}

function declaredFor(role: BuiltInRole, declared: Declared): OwnPermission[] {
  // Keys were names of permissions when they were put there.
  const names = Object.keys(declared) as OwnPermission[]
  return role === 'admin' ? names : names.filter((name) => declared[name]?.includes(role))
}
