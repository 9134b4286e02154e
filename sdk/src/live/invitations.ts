import type { EventOfType, EventType, Invitation, RolecallEvent } from '@rolecall/contract'
import type { List } from '../list.ts'
import type { Entries } from './entries.ts'
import { changeOf, createRowsKeeper, type RowChange, type RowsKeeper } from './rows.ts'
import type { RowsSnapshot, RowsView } from './rows-view.ts'

export type InvitationRow = Invitation & { readonly change?: RowChange }
export type InvitationsSnapshot = RowsSnapshot<InvitationRow>
export type InvitationsView = RowsView<InvitationRow>
export type InvitationsKeeper = RowsKeeper<InvitationRow>

type InvitationEvent = EventOfType<Exclude<Extract<EventType, `invitation.${string}`>, 'invitation.received'>>

/** Keeps the pending invitations exact. Nothing becomes pending again, so that what has ended is gone for good. */
export function createInvitationsKeeper(list: (signal: AbortSignal) => List<Invitation>): InvitationsKeeper {
  return createRowsKeeper({ list, isRelevant, isAbout: ({ data }, id) => data.invitation.id === id, applyTo })
}

function isRelevant(event: RolecallEvent): event is InvitationEvent {
  return event.type.startsWith('invitation.')
}

function applyTo(entries: Entries<InvitationRow>, event: InvitationEvent): void {
  const { id } = event.data.invitation
  const present = entries.get(id)
  if (present !== undefined && event.seq <= present.seq) return
  if (event.type === 'invitation.created' || event.type === 'invitation.resent') {
    entries.set(id, { row: { ...event.data.invitation, change: changeOf(event) }, seq: event.seq })
  } else entries.delete(id)
}
