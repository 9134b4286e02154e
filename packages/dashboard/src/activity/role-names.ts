import type { RolecallEvent, RoleId } from '@rolecall/contract'
import { createContext, use } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'

/** What roles were last called that are no more: the log itself tells it. */
export const FormerRoleNames = createContext<ReadonlyMap<RoleId, string>>(new Map())

/** @param events newest first */
export function roleNamesIn(events: readonly RolecallEvent[]): ReadonlyMap<RoleId, string> {
  const names = new Map<RoleId, string>()
  for (const { type, data } of events) {
    const isAboutRole = type === 'role.created' || type === 'role.updated' || type === 'role.deleted'
    if (isAboutRole && !names.has(data.role.id)) names.set(data.role.id, data.role.name)
  }
  return names
}

export function useRoleName(id: RoleId): string {
  const { roles } = useOrganisation()
  const former = use(FormerRoleNames)
  const present = roles.rows.find((role) => role.id === id)
  return present?.name ?? former.get(id) ?? roles.get(id).name
}
