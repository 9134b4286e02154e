import { allPermissions, type Permission } from '@rolecall/contract'

/** A set of permissions. Equal sets are one object, and have one short `key`. */
export interface PermissionSet {
  readonly key: string
  /** In the order of the catalogue. */
  readonly list: readonly Permission[]
  has(permission: Permission): boolean
}

/** Every set that was met. There are as many as different roles, few, and not more than 2 to the 14th. */
const met = new Map<string, PermissionSet>()

export function permissionSet(permissions: readonly Permission[]): PermissionSet {
  const held = new Set(permissions)
  const bits = allPermissions.reduce((sum, permission, index) => (held.has(permission) ? sum + 2 ** index : sum), 0)
  const key = bits.toString(36)
  const known = met.get(key)
  if (known !== undefined) return known
  const set = {
    key,
    list: allPermissions.filter((permission) => held.has(permission)),
    has: (permission: Permission) => held.has(permission),
  }
  met.set(key, set)
  return set
}
