import type { AnyPermission, EventData, RevokedReason, RoleId } from '@rolecall/contract'
import type { EventDocument } from '../log/documents.ts'
import { grantsOf, recordedPermissions } from './grants.ts'
import type { KeyState } from './key-access.ts'
import { type PermissionSet, permissionSet } from './permission-set.ts'

/** All who hold `role` hold `becomes` from here on, with these permissions. */
export interface RoleChange {
  readonly role: RoleId
  readonly becomes: RoleId
  readonly permissions: PermissionSet
}

/** What an event changes in who may do what. */
export type AccessChange =
  | {
      readonly kind: 'granted'
      readonly organisation: string
      readonly account: string
      readonly member: string
      readonly role: RoleId
      readonly permissions: PermissionSet
    }
  | {
      readonly kind: 'roles_changed'
      readonly organisation: string
      readonly roles: readonly RoleChange[]
    }
  | {
      readonly kind: 'revoked'
      readonly organisation: string
      readonly account: string
      readonly reason: RevokedReason
    }
  | {
      /** All who were members before it was closed have access again. */
      readonly kind: 'reopened'
      readonly organisation: string
      /** Undefined for a role that is none of the organisation’s. */
      readonly permissionsOf: (role: RoleId) => PermissionSet | undefined
    }
  | { readonly kind: 'closed'; readonly organisation: string; readonly reason: RevokedReason }
  | {
      /** Of an API key, `account` is its id: it is another one from here on, which may permit more or less. */
      readonly kind: 'key_changed'
      readonly organisation: string
      readonly account: string
      readonly state: KeyState
    }
  | {
      readonly kind: 'key_ended'
      readonly organisation: string
      readonly account: string
      readonly reason: RevokedReason
    }
  | { readonly kind: 'sessions_ended'; readonly account: string; readonly sessions: readonly string[] }

/** Read from the event alone, so that every node comes to the same answer at the same place in the order. */
export function accessChangeOf(event: Pick<EventDocument, 'log' | 'type' | 'data'>): AccessChange | undefined {
  const organisation = event.log
  switch (event.type) {
    case 'member.added': {
      const { member, permissions } = event.data as EventData<'member.added'>
      return granted(organisation, member, { role: member.role, permissions })
    }
    case 'member.role_changed': {
      const { member, after, suspended } = event.data as EventData<'member.role_changed'>
      return suspended ? undefined : granted(organisation, member, after)
    }
    case 'member.resumed': {
      const { member, after } = event.data as EventData<'member.resumed'>
      return granted(organisation, member, after)
    }
    case 'member.suspended': {
      const { member } = event.data as EventData<'member.suspended'>
      return { kind: 'revoked', organisation, account: member.account.id, reason: 'suspended' }
    }
    case 'role.updated': {
      const { role, after } = event.data as EventData<'role.updated'>
      return rolesChanged(organisation, [remaining(role.id, after.permissions)])
    }
    case 'role.deleted': {
      const { role, replacement } = event.data as EventData<'role.deleted'>
      if (replacement === undefined) return undefined
      const permissions = recordedPermissions(replacement)
      return rolesChanged(organisation, [{ role: role.id, becomes: replacement.role, permissions }])
    }
    case 'member.removed': {
      const { member, reason, suspended } = event.data as EventData<'member.removed'>
      if (suspended) return undefined
      return { kind: 'revoked', organisation, account: member.account.id, reason }
    }
    case 'organisation.deleted':
      return { kind: 'closed', organisation, reason: 'organisation_deleted' }
    case 'organisation.restored': {
      const { roles } = event.data as EventData<'organisation.restored'>
      return { kind: 'reopened', organisation, permissionsOf: grantsOf(roles).find }
    }
    case 'organisation.settings_changed': {
      const { developer } = event.data as EventData<'organisation.settings_changed'>
      return rolesChanged(organisation, [remaining('developer', developer.permissions)])
    }
    case 'permissions.declared': {
      const { roles } = event.data as EventData<'permissions.declared'>
      return rolesChanged(
        organisation,
        roles.map(({ role, permissions }) => remaining(role, permissions)),
      )
    }
    case 'api_key.updated':
    case 'api_key.rotated': {
      const { key, after } = event.data as EventData<'api_key.updated'>
      return { kind: 'key_changed', organisation, account: key.id, state: keyState(after) }
    }
    case 'api_key.revoked':
    case 'api_key.expired': {
      const { key } = event.data as EventData<'api_key.revoked'>
      const reason = event.type === 'api_key.revoked' ? 'key_revoked' : 'key_expired'
      return { kind: 'key_ended', organisation, account: key.id, reason }
    }
    case 'session.ended': {
      const { sessions } = event.data as EventData<'session.ended'>
      return { kind: 'sessions_ended', account: event.log, sessions }
    }
    default:
      return undefined
  }
}

function rolesChanged(organisation: string, roles: readonly RoleChange[]): AccessChange {
  return { kind: 'roles_changed', organisation, roles }
}

const remaining = (role: RoleId, permissions: readonly AnyPermission[]): RoleChange => ({
  role,
  becomes: role,
  permissions: permissionSet(permissions),
})

function granted(
  organisation: string,
  { id, account }: { readonly id: string; readonly account: { readonly id: string } },
  held: Parameters<typeof recordedPermissions>[0],
): AccessChange {
  const permissions = recordedPermissions(held)
  return { kind: 'granted', organisation, account: account.id, member: id, role: held.role, permissions }
}

function keyState(recorded: EventData<'api_key.updated'>['after']): KeyState {
  const { role, issuer, generation, formerUntil, earlierUntil = [], expiresAt } = recorded
  return {
    role: { role, permissions: recordedPermissions(recorded).list },
    issuer: issuer.id,
    issuerHolds: issuer.role && {
      role: issuer.role,
      permissions: recordedPermissions({ ...issuer, role: issuer.role }).list,
    },
    generation,
    formerUntil: formerUntil === undefined ? [] : [formerUntil, ...earlierUntil].map((until) => new Date(until)),
    expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt),
  }
}
