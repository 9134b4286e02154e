/**
 * What the roles of an organisation permit. The built-in ones permit what the contract says; what differs from that
 * stands in the head of the organisation’s log, which every authorisation reads anyway.
 */
import {
  type BuiltInRole,
  builtInRoleIds,
  isBuiltIn,
  type Permission,
  permissionsOf,
  problem,
  type RoleGrant,
  type RoleId,
} from '@rolecall/contract'
import type { HeadDocument } from '../log/documents.ts'
import { type PermissionSet, permissionSet } from './permission-set.ts'

/** Permissions of custom roles, and of a built-in one that a setting has changed, by the role’s id. */
export type OwnGrants = Readonly<Record<string, readonly Permission[]>>

export interface Grants {
  readonly own: OwnGrants
  /** Undefined for a role that the organisation does not have. */
  find(role: RoleId): PermissionSet | undefined
  /** For a role that a membership has. */
  permissionsOf(role: RoleId): PermissionSet
  /** As `canAssign` wants it. Throws `role_not_found`. */
  grant(role: RoleId): RoleGrant
  /** As an event records it, so that whoever reads the log alone knows what was permitted. */
  record(role: RoleId): { role: RoleId; permissions?: Permission[] }
  /** All that differ from the built-in roles as they come, as an event records them. */
  recorded(): { role: RoleId; permissions: Permission[] }[]
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
  readonly permissions?: readonly Permission[] | undefined
}): PermissionSet {
  if (permissions !== undefined) return permissionSet(permissions)
  if (isBuiltIn(role)) return builtIn[role]
  throw new Error(`the log does not say what the role ${role} permits`)
}

/** The grants that an event has `recorded`. */
export function grantsOf(
  recorded: readonly { readonly role: RoleId; readonly permissions?: readonly Permission[] | undefined }[],
): Grants {
  return grantsIn({
    grants: Object.fromEntries(recorded.map((one) => [one.role, recordedPermissions(one).list])),
  })
}

export function grantsIn({ grants }: Pick<HeadDocument, 'grants'>): Grants {
  // What the log keeps for us was put there by `setGrants`.
  const own = (grants ?? {}) as OwnGrants

  function find(role: RoleId): PermissionSet | undefined {
    const special = own[role]
    if (special !== undefined) return permissionSet(special)
    return isBuiltIn(role) ? builtIn[role] : undefined
  }

  function existing(role: RoleId): PermissionSet {
    const found = find(role)
    if (found === undefined) throw new Error(`a membership has the role ${role}, which its organisation does not have`)
    return found
  }

  return {
    own,
    find,
    permissionsOf: existing,
    grant(role) {
      const found = find(role)
      if (found === undefined) throw problem('role_not_found', { detail: 'The organisation has no role of this id.' })
      return { role, permissions: found.list }
    },
    // Keys were ids of roles when they were put there.
    recorded: () =>
      Object.entries(own).map(([id, permissions]) => ({ role: id as RoleId, permissions: [...permissions] })),
    record: (role) => (own[role] === undefined ? { role } : { role, permissions: [...existing(role).list] }),
  }
}
