import { type BuiltInRole, builtInRoleIds, builtInRoles, isBuiltIn, type Role, type RoleId } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { Grants } from '../access/grants.ts'
import { type Snapshot, within } from '../log/tx.ts'
import type { RoleDocument, RoleModels } from './documents.ts'

export function shown({ _id, name, description, permissions }: RoleDocument): Role {
  return { id: _id, name, description, permissions: [...permissions], builtIn: false }
}

function shownBuiltIn(id: BuiltInRole, grants: Grants): Role {
  const { name, description } = builtInRoles[id]
  return { id, name, description, permissions: [...grants.permissionsOf(id).list], builtIn: true }
}

/** All roles of an organisation: the built-in ones, then its own by name. */
export async function all(
  { roles }: RoleModels,
  snapshot: Snapshot,
  organisation: string,
  grants: Grants,
): Promise<Role[]> {
  const own = await roles.find({ organisation }, null, within(snapshot)).sort({ nameKey: 1 }).lean()
  return [...builtInRoleIds.map((id) => shownBuiltIn(id, grants)), ...own.map(shown)]
}

export const builtInName = (role: BuiltInRole): string => builtInRoles[role].name

/** Names of roles, of any organisations, by id. */
export async function names(
  { roles }: RoleModels,
  snapshot: Snapshot,
  ids: readonly RoleId[],
): Promise<(role: RoleId) => string> {
  const custom = [...new Set(ids.filter((id) => !isBuiltIn(id)))]
  const found =
    custom.length === 0 ? [] : await roles.find({ _id: trusted({ $in: custom }) }, { name: 1 }, within(snapshot)).lean()
  const known = new Map<RoleId, string>(found.map(({ _id, name }) => [_id, name]))
  return (role) => (isBuiltIn(role) ? builtInRoles[role].name : (known.get(role) ?? role))
}
