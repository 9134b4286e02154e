import {
  allPermissions,
  type BuiltInRole,
  builtInRoleIds,
  builtInRoles,
  canAssign,
  holds,
  type Permission,
  permissions,
  type RoleHolder,
} from '@rolecall/contract'

// A permission that belongs to no group would not be shown, so the type asks for all of them.
type Subject = Permission extends `${infer Before}:${string}` ? Before : never

const groupNames: Readonly<Record<Subject, string>> = {
  organisation: 'Organisation',
  member: 'Members',
  role: 'Roles',
  application: 'Applications',
  repository: 'Repositories',
  billing: 'Billing',
  webhook: 'Webhooks',
  apikey: 'API keys',
  audit: 'Log',
}

export interface PermissionGroup {
  readonly name: string
  readonly permissions: readonly Permission[]
}

/** All permissions, by what they are about. */
export const permissionGroups: readonly PermissionGroup[] = Object.entries(groupNames).map(([subject, name]) => ({
  name,
  permissions: allPermissions.filter((permission) => permission.startsWith(`${subject}:`)),
}))

/** The roles that permit something, in words: “Admin or Manager”. */
export function rolesWith(permission: Permission): string {
  return eitherOf(builtInRoleIds.filter((role) => holds(role, permission)))
}

/** The roles whose holders can give somebody a permission, by another role. */
export function rolesThatGive(permission: Permission, to: RoleHolder): string {
  const targets = builtInRoleIds.filter((role) => holds(role, permission))
  const givers = builtInRoleIds.filter((role) =>
    targets.some((target) => canAssign({ account: 'somebody else', role }, to, target).allowed),
  )
  return eitherOf(givers)
}

const disjunction = new Intl.ListFormat('en-GB', { type: 'disjunction' })
const eitherOf = (roles: readonly BuiltInRole[]) => disjunction.format(roles.map((role) => builtInRoles[role].name))

/** What another role gives and takes. */
export function difference(before: BuiltInRole, after: BuiltInRole) {
  return {
    gained: allPermissions.filter((permission) => holds(after, permission) && !holds(before, permission)),
    lost: allPermissions.filter((permission) => holds(before, permission) && !holds(after, permission)),
  }
}

/** What a permission lets one do, as a sentence. */
export function sentence(permission: Permission): string {
  return `${permissions[permission]}.`
}

/** What a permission lets one do, as it follows on “may”. */
export function inPlainWords(permission: Permission): string {
  const words = permissions[permission]
  return words.charAt(0).toLowerCase() + words.slice(1)
}
