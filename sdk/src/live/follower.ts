import type { Access, Position, Resync, Revoked, RolecallEvent, Subscription } from '@rolecall/contract'
import type { RolecallError } from '../error.ts'

export type ConnectionStatus =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | { readonly state: 'reconnecting'; readonly retryInMs: number }

/** What listens to one organisation. Each message comes here in the order of the organisation’s log. */
export interface Follower {
  readonly organisation: string
  /** Where to go on from; none for the first time. */
  cursor(): string | undefined
  status(status: ConnectionStatus): void
  subscribed(subscription: Subscription): void
  /** There is no subscription to be had, nor will there be. */
  refused(error: RolecallError): void
  signedOut(): void
  event(event: RolecallEvent): void
  access(access: Access): void
  revoked(revoked: Revoked): void
  position(position: Position): void
  resync(resync: Resync): void
}
