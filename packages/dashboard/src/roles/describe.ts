import {
  type AnyPermission,
  allPermissions,
  canAssign,
  isOurs,
  type Permission,
  permissions,
  type Role,
  type RoleHolder,
} from '@rolecall/contract'
import { grantOf, type Roles } from './roles.ts'

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
  readonly permissions: readonly AnyPermission[]
}

/** All of Rolecall’s permissions, by what they are about. */
export const permissionGroups: readonly PermissionGroup[] = Object.entries(groupNames).map(([subject, name]) => ({
  name,
  permissions: allPermissions.filter((permission) => permission.startsWith(`${subject}:`)),
}))

/** The roles that permit something, in words: “Admin or Manager”. */
export function rolesWith(permission: AnyPermission, roles: Roles): string {
  return eitherOf(roles.rows.filter((role) => role.permissions.includes(permission)))
}

/** The roles whose holders can give somebody a permission, by another role. */
export function rolesThatGive(permission: Permission, to: RoleHolder, { rows }: Roles): string {
  const targets = rows.filter((role) => role.permissions.includes(permission))
  const mayGive = (role: Role) => {
    const giver = { account: 'somebody else', ...grantOf(role) }
    return targets.some((target) => canAssign(giver, to, grantOf(target)).allowed)
  }
  return eitherOf(rows.filter(mayGive))
}

const disjunction = new Intl.ListFormat('en-GB', { type: 'disjunction' })
const mostNames = 5

function eitherOf(roles: readonly Role[]): string {
  const names = roles.map(({ name }) => name)
  const shown = names.length > mostNames ? [...names.slice(0, mostNames - 1), 'another role'] : names
  return disjunction.format(shown)
}

/** What other permissions give and take. */
export function difference(before: readonly AnyPermission[], after: readonly AnyPermission[]) {
  return {
    gained: after.filter((permission) => !before.includes(permission)),
    lost: before.filter((permission) => !after.includes(permission)),
  }
}

/** What a permission lets one do, as a sentence. */
export function sentence(permission: AnyPermission): string {
  return isOurs(permission) ? `${permissions[permission]}.` : permission
}

/** What a permission lets one do, as it follows on “may”. One of the organisation’s own is called by its name. */
export function inPlainWords(permission: AnyPermission): string {
  if (!isOurs(permission)) return permission
  const words = permissions[permission]
  return words.charAt(0).toLowerCase() + words.slice(1)
}
