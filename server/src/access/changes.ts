import type { BuiltInRole, EventData, RevokedReason } from '@rolecall/contract'
import type { EventDocument } from '../log/documents.ts'

/** What an event changes in who may do what. */
export type AccessChange =
  | {
      readonly kind: 'granted'
      readonly organisation: string
      readonly account: string
      readonly member: string
      readonly role: BuiltInRole
    }
  | {
      readonly kind: 'revoked'
      readonly organisation: string
      readonly account: string
      readonly reason: RevokedReason
    }
  | { readonly kind: 'closed'; readonly organisation: string; readonly reason: RevokedReason }
  | { readonly kind: 'sessions_ended'; readonly account: string; readonly sessions: readonly string[] }

/** Read from the event alone, so that every node comes to the same answer at the same place in the order. */
export function accessChangeOf(event: EventDocument): AccessChange | undefined {
  const organisation = event.log
  switch (event.type) {
    case 'member.added': {
      const { member } = event.data as EventData<'member.added'>
      return { kind: 'granted', organisation, account: member.account.id, member: member.id, role: member.role }
    }
    case 'member.role_changed': {
      const { member, after } = event.data as EventData<'member.role_changed'>
      return { kind: 'granted', organisation, account: member.account.id, member: member.id, role: after.role }
    }
    case 'member.removed': {
      const { member, reason } = event.data as EventData<'member.removed'>
      return { kind: 'revoked', organisation, account: member.account.id, reason }
    }
    case 'organisation.deleted':
      return { kind: 'closed', organisation, reason: 'organisation_deleted' }
    case 'session.ended': {
      const { sessions } = event.data as EventData<'session.ended'>
      return { kind: 'sessions_ended', account: event.log, sessions }
    }
    default:
      return undefined
  }
}
