import { builtInRoles, isBuiltIn, type Organisation, type RolecallEvent, type RoleId } from '@rolecall/contract'

/**
 * An organisation as a view keeps it: without `heldNames`, which no event tells and which are not for every role. Read
 * them when they are to be shown, by `organisations.read`.
 */
export type LiveOrganisation = Omit<Organisation, 'heldNames'>

/** What a view keeps of an organisation that was read. */
export function keptOf({ heldNames: _, ...organisation }: Organisation): LiveOrganisation {
  return organisation
}

/** What an event changes of an organisation as somebody with this role sees it. */
export function changeBy(event: RolecallEvent, own: RoleId | undefined): Partial<LiveOrganisation> | undefined {
  switch (event.type) {
    case 'organisation.renamed':
      return { name: event.data.after.name }
    case 'organisation.described':
      return { description: event.data.after.description }
    case 'organisation.settings_changed':
      return { developersSeeMembers: event.data.after.developersSeeMembers }
    case 'role.updated':
      return event.data.role.id === own ? { roleName: event.data.role.name } : undefined
    default:
      return undefined
  }
}

/** What another role of one’s own changes. The name of a custom one is to be read. */
export function changeOfRole(role: RoleId): Partial<LiveOrganisation> {
  return isBuiltIn(role) ? { role, roleName: builtInRoles[role].name } : { role }
}
