/**
 * The live protocol over Socket.IO, typed both ways. Docs: docs/live-protocol.md.
 *
 * A client subscribes to an organisation and from the acknowledged cursor on receives every event that it may see,
 * once and in order. At one `seq`, `access` or `revoked` come before `event`.
 */
import type { Permission, RoleId } from '../permissions.ts'
import type { Problem } from '../problems.ts'
import type { RolecallEvent } from '../types.ts'

export interface Subscription {
  readonly cursor: string
  readonly role: RoleId
  readonly permissions: readonly Permission[]
}

/** One’s own role in an organisation, or what it permits, changed at `seq`. Comes to all of the account’s sockets, subscribed or not. */
export interface Access {
  readonly organisation: string
  readonly seq: number
  readonly role: RoleId
  readonly permissions: readonly Permission[]
}

/** The last message about an organisation to someone who lost access to it. */
export interface Revoked {
  readonly organisation: string
  readonly seq: number
  readonly reason: RevokedReason
}
/** The last three are those of an API key, whose connections end then. */
export type RevokedReason =
  | 'removed'
  | 'left'
  | 'suspended'
  | 'organisation_deleted'
  | 'account_deleted'
  | 'key_revoked'
  | 'key_expired'
  | 'issuer_lost'

/** The cursor moves past events that this reader may not see. */
export interface Position {
  readonly organisation: string
  readonly cursor: string
}

/** What was read before does not lead up to here: read anew, then go on from the acknowledged cursor. */
export interface Resync {
  readonly organisation: string
  readonly reason: ResyncReason
}
export type ResyncReason = 'cursor_invalid' | 'cursor_from_future' | 'cursor_before_membership'

/** The server ends the connection next. Reconnect at a random time within `withinMs`, so that not all come at once. */
export interface Reconnect {
  readonly withinMs: number
}

export type Acknowledge<Value> = (answer: Value | { readonly problem: Problem }) => void

export interface ServerToClient {
  event: (event: RolecallEvent) => void
  access: (access: Access) => void
  revoked: (revoked: Revoked) => void
  position: (position: Position) => void
  resync: (resync: Resync) => void
  reconnect: (reconnect: Reconnect) => void
}

export interface ClientToServer {
  subscribe: (request: { organisation: string; cursor?: string }, acknowledge: Acknowledge<Subscription>) => void
  unsubscribe: (request: { organisation: string }, acknowledge: Acknowledge<Record<never, never>>) => void
  /** A fresh access token of the same account, before the present one expires. */
  authenticate: (request: { token: string }, acknowledge: Acknowledge<{ expiresAt: string }>) => void
}

/** `data` of the `connect_error` with which a handshake is refused. */
export interface HandshakeRefusal {
  readonly problem: Problem
}
