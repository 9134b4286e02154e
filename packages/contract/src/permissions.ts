/**
 * Who may do what. Permissions, the four built-in roles, what custom ones may hold, and the one rule about granting
 * roles.
 * How each sentence of the source was read: docs/decisions/roles.md.
 */

export const permissions = {
  'organisation:read': 'See the organisation’s name, one’s own membership and the matrix of roles',
  'organisation:update': 'Rename the organisation and change its settings',
  'organisation:delete': 'Delete, restore and transfer the organisation',
  'member:read': 'See who is a member, and with which role',
  'member:manage': 'Add members, change their roles and remove them',
  'role:manage': 'Compose custom roles',
  'application:read': 'See the applications',
  'application:create': 'Add applications',
  'application:update': 'Rename and describe applications',
  'application:delete': 'Delete applications',
  'repository:read': 'Clone and fetch the applications’ repositories',
  'repository:write': 'Push to the applications’ repositories',
  'repository:force': 'Force-push and delete branches',
  'billing:read': 'See billing details and invoices',
  'billing:manage': 'Change billing details and handle invoices',
  'webhook:manage': 'Create and change webhook endpoints',
  'apikey:manage': 'Create, rotate and revoke API keys',
  'audit:read': 'Read and export the whole log',
} as const

export type Permission = keyof typeof permissions

export const allPermissions = Object.keys(permissions) as readonly Permission[]

/** What no custom role may hold: it stays with Admin. */
export const adminOnlyPermissions: readonly Permission[] = [
  'organisation:delete',
  'role:manage',
  'apikey:manage',
  'audit:read',
]

/** What a permission is of no use without: its answers and effects show as much. A role that holds it holds these too. */
export const impliedPermissions: { readonly [P in Permission]?: Permission } = {
  'member:manage': 'member:read',
  'application:create': 'application:read',
  'application:update': 'application:read',
  'application:delete': 'application:read',
  'repository:read': 'application:read',
  'repository:write': 'repository:read',
  'repository:force': 'repository:write',
  'billing:manage': 'billing:read',
}

/**
 * The permissions of a role that is composed of these: with all that they imply, and `organisation:read`, which
 * everyone holds. In the order of the catalogue.
 */
export function completed(chosen: readonly Permission[]): readonly Permission[] {
  const all = new Set<Permission>(['organisation:read', ...chosen])
  // A set hands out what is added while it is walked.
  for (const permission of all) {
    const implied = impliedPermissions[permission]
    if (implied !== undefined) all.add(implied)
  }
  return allPermissions.filter((permission) => all.has(permission))
}

interface BuiltIn {
  readonly name: string
  readonly description: string
  readonly permissions: readonly Permission[]
}

export const builtInRoles = {
  admin: {
    name: 'Admin',
    description: 'Has access to everything: the organisation, its members, applications and invoices.',
    permissions: allPermissions,
  },
  manager: {
    name: 'Manager',
    description: 'Manages members and applications, has access to the repositories and edits the organisation.',
    permissions: [
      'organisation:read',
      'organisation:update',
      'member:read',
      'member:manage',
      'application:read',
      'application:create',
      'application:update',
      'application:delete',
      'repository:read',
      'repository:write',
      'repository:force',
      'webhook:manage',
    ],
  },
  developer: {
    name: 'Developer',
    description: 'Has access to the repositories and adds applications.',
    permissions: ['organisation:read', 'application:read', 'application:create', 'repository:read', 'repository:write'],
  },
  accounting: {
    name: 'Accounting',
    description: 'Is restricted to the billing section.',
    permissions: ['organisation:read', 'billing:read', 'billing:manage'],
  },
} as const satisfies Record<string, BuiltIn>

export type BuiltInRole = keyof typeof builtInRoles

export const builtInRoleIds = Object.keys(builtInRoles) as readonly BuiltInRole[]

/** A built-in role, or a custom one of the organisation. */
export type RoleId = BuiltInRole | `rol_${string}`

export function isBuiltIn(role: RoleId): role is BuiltInRole {
  return Object.hasOwn(builtInRoles, role)
}

/** What a built-in role permits, unless a setting of the organisation says otherwise (`developersSeeMembers`). */
export function permissionsOf(role: BuiltInRole): readonly Permission[] {
  return builtInRoles[role].permissions
}

export function holds(role: BuiltInRole, permission: Permission): boolean {
  return permissionsOf(role).includes(permission)
}

/** What Developers may do in an organisation that lets them see its members. */
export const developerPermissionsWithMembers = completed([...builtInRoles.developer.permissions, 'member:read'])

/** A role with what it permits in the organisation that it is given in. */
export interface RoleGrant {
  readonly role: RoleId
  readonly permissions: readonly Permission[]
}

/** Somebody who holds a role in an organisation. `account` tells whether two holders are one person. */
export interface RoleHolder extends RoleGrant {
  readonly account: string
}

export type Assignability =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: string; readonly missing: readonly Permission[] }

/**
 * May `actor` give `subject` the role `role`? The one rule for every way in which a role is given or taken:
 * `subject` is absent when somebody is added, `role` when somebody is removed.
 *
 * There are no ranks: the actor needs `member:manage` and holds every permission of the present role and of the new
 * one. A Manager may, as the one exception, appoint and dismiss Accounting. Nobody changes their own role, except
 * that an Admin may step down (whether another Admin remains is for the caller to see, with the organisation locked).
 * Leaving is no change of role and is not asked here.
 */
export function canAssign(
  actor: RoleHolder,
  subject: RoleHolder | undefined,
  role: RoleGrant | undefined,
): Assignability {
  if (subject !== undefined && subject.account === actor.account) {
    return actor.role === 'admin' && subject.role === 'admin'
      ? { allowed: true }
      : { allowed: false, reason: 'Nobody changes their own role.', missing: [] }
  }
  if (!actor.permissions.includes('member:manage')) {
    return { allowed: false, reason: 'Managing members is not permitted to this role.', missing: ['member:manage'] }
  }
  const concerned: readonly RoleGrant[] = [subject, role].filter((one) => one !== undefined)
  const missing = concerned
    .filter((one) => !(actor.role === 'manager' && one.role === 'accounting'))
    .flatMap(({ permissions }) => permissions.filter((permission) => !actor.permissions.includes(permission)))
  return missing.length === 0
    ? { allowed: true }
    : {
        allowed: false,
        reason: 'A role can only be given or taken by someone who holds all that it permits.',
        missing: [...new Set(missing)],
      }
}

/**
 * What `actor` may give of a role: all of it where `canAssign` lets them give it, else as much as they hold themselves,
 * and nothing where they may give no role. An API key never does more than this for whoever has issued it.
 */
export function grantable(actor: RoleHolder, role: RoleGrant): readonly Permission[] {
  if (canAssign(actor, undefined, role).allowed) return role.permissions
  if (!actor.permissions.includes('member:manage')) return []
  return role.permissions.filter((permission) => actor.permissions.includes(permission))
}
