import type { Invitation, Member, Permission, RolecallEvent } from '@rolecall/contract'
import type { List } from '../list.ts'
import { type ApiKeysView, createApiKeysKeeper, type ReadApiKeys } from './api-keys.ts'
import { createInvitationsKeeper, type InvitationsView } from './invitations.ts'
import { createMembersKeeper, type MembersView } from './members.ts'
import { createRolesKeeper, type ReadRoles, type RolesView } from './roles.ts'

export interface ViewSources {
  readonly listMembers: (organisation: string, signal: AbortSignal) => List<Member>
  readonly listInvitations: (organisation: string, signal: AbortSignal) => List<Invitation>
  readonly readRoles: ReadRoles
  readonly readApiKeys: ReadApiKeys
}

/** What is kept exact of an organisation. Each is read from its first use on. */
export interface Views {
  members(): MembersView
  invitations(): InvitationsView
  roles(): RolesView
  apiKeys(): ApiKeysView
  /** At each subscription and change of one’s own access. */
  permit(permissions: readonly Permission[]): void
  apply(event: RolecallEvent): void
  reload(): void
  end(): void
}

interface Keeper {
  permit(permissions: readonly Permission[]): void
  apply(event: RolecallEvent): void
  reload(): void
  end(): void
}

export function createViews(organisation: string, sources: ViewSources): Views {
  const keepers = new Set<Keeper>()
  let permissions: readonly Permission[] | undefined
  let isEnded = false

  const begin = (keeper: Keeper) => {
    keepers.add(keeper)
    if (isEnded) keeper.end()
    else if (permissions !== undefined) keeper.permit(permissions)
  }

  const beginRows = <View>(
    keeper: Omit<Keeper, 'permit'> & { view: View; permit(canRead: boolean): void },
    needed: Permission = 'member:read',
  ): View => {
    begin({ ...keeper, permit: (held) => keeper.permit(held.includes(needed)) })
    return keeper.view
  }

  const beginRoles = (): RolesView => {
    const keeper = createRolesKeeper((signal) => sources.readRoles(organisation, signal))
    begin({ ...keeper, permit: keeper.read })
    return keeper.view
  }

  let members: MembersView | undefined
  let invitations: InvitationsView | undefined
  let roles: RolesView | undefined
  let apiKeys: ApiKeysView | undefined

  return {
    members() {
      members ??= beginRows(createMembersKeeper((signal) => sources.listMembers(organisation, signal)))
      return members
    },
    invitations() {
      invitations ??= beginRows(createInvitationsKeeper((signal) => sources.listInvitations(organisation, signal)))
      return invitations
    },
    roles() {
      roles ??= beginRoles()
      return roles
    },
    apiKeys() {
      apiKeys ??= beginRows(
        createApiKeysKeeper((signal) => sources.readApiKeys(organisation, signal)),
        'apikey:manage',
      )
      return apiKeys
    },
    permit(held) {
      permissions = held
      for (const keeper of keepers) keeper.permit(held)
    },
    apply(event) {
      for (const keeper of keepers) keeper.apply(event)
    },
    reload() {
      for (const keeper of keepers) keeper.reload()
    },
    end() {
      isEnded = true
      for (const keeper of keepers) keeper.end()
    },
  }
}
