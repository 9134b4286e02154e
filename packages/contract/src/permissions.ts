/**
 * Who may do what. Permissions, the four built-in roles and the one rule about granting roles.
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

export interface Role {
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
} as const satisfies Record<string, Role>

export type BuiltInRole = keyof typeof builtInRoles

export const builtInRoleIds = Object.keys(builtInRoles) as readonly BuiltInRole[]

/** Somebody who holds a role in an organisation. `account` tells whether two holders are one person. */
export interface RoleHolder {
  readonly account: string
  readonly role: BuiltInRole
}

/** What a role permits. The one way from a role to its permissions. */
export function permissionsOf(role: BuiltInRole): readonly Permission[] {
  return builtInRoles[role].permissions
}

export function holds(role: BuiltInRole, permission: Permission): boolean {
  return permissionsOf(role).includes(permission)
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
  role: BuiltInRole | undefined,
): Assignability {
  if (subject !== undefined && subject.account === actor.account) {
    return actor.role === 'admin' && subject.role === 'admin'
      ? { allowed: true }
      : { allowed: false, reason: 'Nobody changes their own role.', missing: [] }
  }
  if (!holds(actor.role, 'member:manage')) {
    return { allowed: false, reason: 'Managing members is not permitted to this role.', missing: ['member:manage'] }
  }
  const concerned = [subject?.role, role].filter((one) => one !== undefined)
  const missing = concerned
    .filter((one) => !(actor.role === 'manager' && one === 'accounting'))
    .flatMap((one) => permissionsOf(one).filter((permission) => !holds(actor.role, permission)))
  return missing.length === 0
    ? { allowed: true }
    : {
        allowed: false,
        reason: 'A role can only be given or taken by someone who holds all that it permits.',
        missing: [...new Set(missing)],
      }
}
