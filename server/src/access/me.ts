/** Whoever asks for something in an organisation, with what they may do there. */
import { problem, type RoleId } from '@rolecall/contract'
import type { Actor } from '../log/tx.ts'
import type { MembershipDocument } from './documents.ts'
import type { Grants } from './grants.ts'
import { permittedTo, stateOf } from './key-access.ts'
import type { ApiKeyDocument } from './key-document.ts'
import type { PermissionSet } from './permission-set.ts'

/** A member or an API key with what it is permitted, as of the transaction or snapshot. */
export interface Me {
  /** Of the membership, or of the key. */
  readonly _id: string
  readonly organisation: string
  /** As others are told: the member’s account, or the key. */
  readonly account: { readonly id: string; readonly name: string }
  readonly role: RoleId
  /** Absent for an API key. */
  readonly membership?: MembershipDocument
  /** Of an API key: who answers for it, and must be able to give whatever it gives. */
  readonly issuer?: Pick<MembershipDocument, 'account' | 'role'>
  readonly actor: Actor
  readonly permissions: PermissionSet
  /** What all roles of the organisation permit. */
  readonly grants: Grants
  /** In a change: the membership that the path names, the caller’s own where it names none. */
  readonly named?: MembershipDocument | undefined
}

/** For what people alone do. Throws `forbidden` for an API key, which its route has refused before. */
export function memberOf({ membership }: Me): MembershipDocument {
  if (membership === undefined) throw peopleOnly()
  return membership
}

export const peopleOnly = () =>
  problem('forbidden', { detail: 'This is for people: an API key cannot stand behind what comes of it.' })

/** An API key with the active membership of whoever has issued it, if there is one. */
export interface KeyWithIssuer {
  readonly key: ApiKeyDocument
  readonly issuer: MembershipDocument | null
}

export const keyEnded = () =>
  problem('unauthenticated', { detail: 'This API key was revoked, has expired, or has another secret by now.' })

export const keyPaused = () =>
  problem('unauthenticated', {
    detail: 'Whoever has issued this API key may grant nothing of it any more. An Admin can take it over.',
  })

export function asMember(membership: MembershipDocument, grants: Grants): Me {
  const { _id, organisation, role } = membership
  const { id, name } = membership.account
  const permissions = grants.permissionsOf(role)
  return {
    ...{ _id, organisation, role, membership, permissions, grants },
    account: { id, name },
    actor: { kind: 'account', id, name },
  }
}

/** Throws `unauthenticated` for a key whose issuer may grant nothing of it. */
export function asKey({ key, issuer }: KeyWithIssuer, grants: Grants): Me {
  const permissions = permittedTo(stateOf(key, issuer, grants))
  if (permissions === undefined || issuer === null) throw keyPaused()
  const { _id, organisation, role, name } = key
  return {
    ...{ _id, organisation, role, issuer, permissions, grants },
    account: { id: _id, name },
    actor: { kind: 'key', id: _id, name },
  }
}
