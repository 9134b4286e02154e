import { builtInRoles, isBuiltIn, type Role, type RoleGrant, type RoleId } from '@rolecall/contract'

/** The roles of an organisation, as they are now. */
export interface Roles {
  /** The built-in ones, then its own by name. */
  readonly rows: readonly Role[]
  /** The role of an id; of one that is gone, or not yet heard of, no more than that. */
  readonly get: (role: RoleId) => Role
}

export function rolesOf(rows: readonly Role[]): Roles {
  const byId = new Map(rows.map((role) => [role.id, role]))
  return { rows, get: (id) => byId.get(id) ?? unknown(id) }
}

function unknown(id: RoleId): Role {
  const name = isBuiltIn(id) ? builtInRoles[id].name : 'Unknown role'
  return { id, name, description: '', permissions: [], builtIn: isBuiltIn(id) }
}

/** A role as `canAssign` asks for it. */
export function grantOf({ id, permissions }: Role): RoleGrant {
  return { role: id, permissions }
}
