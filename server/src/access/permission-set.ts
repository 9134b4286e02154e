import { type AnyPermission, allPermissions, isOurs, type Permission } from '@rolecall/contract'

/** Rolecall’s permissions among a set. Equal ones are one object, and have one short `key`. */
export interface View {
  readonly key: string
  has(permission: Permission): boolean
}

/** A set of permissions, with the organisation’s own. */
export interface PermissionSet {
  /** What its holders may see: audiences are Rolecall’s permissions alone. */
  readonly view: View
  /** In the order of the catalogue, then the organisation’s own by name. */
  readonly list: readonly AnyPermission[]
  has(permission: AnyPermission): boolean
}

/** Every view that was met. There are as many as different roles, few, and not more than 2 to the 14th. */
const views = new Map<string, View & { readonly list: readonly Permission[] }>()

/** Sets that were met, the one used longest ago first: organisations name their own permissions as they like. */
const met = new Map<string, PermissionSet>()
const maxMet = 2_000

export function permissionSet(permissions: readonly AnyPermission[]): PermissionSet {
  const view = viewOf(permissions.filter(isOurs))
  const own = [...new Set(permissions.filter((permission) => !isOurs(permission)))].sort()
  const key = [view.key, ...own].join(' ')
  const known = met.get(key)
  const set = known ?? { view, list: [...view.list, ...own], has: has(view, own) }
  met.delete(key)
  met.set(key, set)
  const [oldest] = met.keys()
  if (met.size > maxMet && oldest !== undefined) met.delete(oldest)
  return set
}

function has(view: View, own: readonly AnyPermission[]): PermissionSet['has'] {
  return (permission) => (isOurs(permission) ? view.has(permission) : own.includes(permission))
}

function viewOf(permissions: readonly Permission[]) {
  const held = new Set(permissions)
  const bits = allPermissions.reduce((sum, permission, index) => (held.has(permission) ? sum + 2 ** index : sum), 0)
  const key = bits.toString(36)
  const known = views.get(key)
  if (known !== undefined) return known
  const view = {
    key,
    list: allPermissions.filter((permission) => held.has(permission)),
    has: (permission: Permission) => held.has(permission),
  }
  views.set(key, view)
  return view
}
