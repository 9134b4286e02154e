/**
 * What an API key may do: what its role permits, as far as whoever has issued it could still grant it. For a request it
 * is asked in the snapshot of what is done; for connections it is kept up by the events of the log, in their order.
 */
import { grantable, type RoleGrant } from '@rolecall/contract'
import type { AccessChange } from './changes.ts'
import type { MembershipDocument } from './documents.ts'
import type { Grants } from './grants.ts'
import type { ApiKeyDocument } from './key-document.ts'
import { type PermissionSet, permissionSet } from './permission-set.ts'

/** Until when which secrets of a key are accepted. */
export interface KeyTimes {
  readonly generation: number
  /** Of the generations before, the newest first. */
  readonly formerUntil: readonly Date[]
  readonly expiresAt?: Date | undefined
}

/** What decides on what a key may do, as of one place in the log. */
export interface KeyState extends KeyTimes {
  readonly role: RoleGrant
  readonly issuer: string
  /** Undefined while the issuer is no active member. */
  readonly issuerHolds: RoleGrant | undefined
}

export const isKeyId = (id: string): boolean => id.startsWith('key_')

/** Undefined where its issuer may grant nothing of its role. */
export function permittedTo({ role, issuer, issuerHolds }: KeyState): PermissionSet | undefined {
  const permissions = issuerHolds === undefined ? [] : grantable({ account: issuer, ...issuerHolds }, role)
  return permissions.length === 0 ? undefined : permissionSet(permissions)
}

/** When the secret of this generation is accepted no longer: undefined for one that does not end by itself. */
export function endOf({ generation, formerUntil, expiresAt }: KeyTimes, asked: number): Date | undefined {
  if (asked === generation) return expiresAt
  const until = formerUntil[generation - 1 - asked]
  if (until === undefined) return new Date(0)
  return expiresAt !== undefined && expiresAt < until ? expiresAt : until
}

export function isAccepted(times: KeyTimes, asked: number, at: Date): boolean {
  const end = endOf(times, asked)
  return end === undefined || end > at
}

export function timesOf({ generation, former, expiresAt }: ApiKeyDocument): KeyTimes {
  return { generation, formerUntil: former.map(({ until }) => until), expiresAt }
}

/** `issuer`: their active membership. */
export function stateOf(
  key: ApiKeyDocument,
  issuer: Pick<MembershipDocument, 'role'> | null | undefined,
  grants: Pick<Grants, 'permissionsOf'>,
): KeyState {
  const grant = (role: RoleGrant['role']): RoleGrant => ({ role, permissions: grants.permissionsOf(role).list })
  return {
    ...timesOf(key),
    role: grant(key.role),
    issuer: key.issuer.id,
    issuerHolds: issuer ? grant(issuer.role) : undefined,
  }
}

/** The state of the key `id` after a change of access anywhere in its organisation; undefined once it has ended. */
export function stateAfter(change: AccessChange, id: string, state: KeyState): KeyState | undefined {
  switch (change.kind) {
    case 'key_changed':
      return change.account === id ? change.state : state
    case 'key_ended':
      return change.account === id ? undefined : state
    case 'granted':
      if (change.account !== state.issuer) return state
      return { ...state, issuerHolds: { role: change.role, permissions: change.permissions.list } }
    case 'revoked':
      return change.account === state.issuer ? { ...state, issuerHolds: undefined } : state
    case 'roles_changed': {
      // Else the same state: what does not change is not looked for among all connections.
      if (!change.roles.some(({ role }) => role === state.role.role || role === state.issuerHolds?.role)) return state
      const after = (held: RoleGrant): RoleGrant => {
        const changed = change.roles.find(({ role }) => role === held.role)
        return changed === undefined ? held : { role: changed.becomes, permissions: changed.permissions.list }
      }
      return { ...state, role: after(state.role), issuerHolds: state.issuerHolds && after(state.issuerHolds) }
    }
    case 'closed':
      return undefined
    default:
      return state
  }
}
