import {
  allPermissions,
  type BuiltInRole,
  builtInRoleIds,
  builtInRoles,
  holds,
  type Permission,
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
  const names = builtInRoleIds.filter((role) => holds(role, permission)).map((role) => builtInRoles[role].name)
  return new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(names)
}

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
