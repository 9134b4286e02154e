import type { EventOfType, EventType, Member, RolecallEvent } from '@rolecall/contract'
import type { List } from '../list.ts'
import type { Entries } from './entries.ts'
import { changeOf, createRowsKeeper, type RowChange, type RowsKeeper } from './rows.ts'
import type { RowsSnapshot, RowsView } from './rows-view.ts'

export type MemberRow = Member & { readonly change?: RowChange }
export type MembersSnapshot = RowsSnapshot<MemberRow>
export type MembersView = RowsView<MemberRow>
export type MembersKeeper = RowsKeeper<MemberRow>

type MemberEvent = EventOfType<Extract<EventType, `member.${string}`>>
type RelevantEvent = MemberEvent | EventOfType<'role.deleted'>

/** Keeps the members exact. */
export function createMembersKeeper(list: (signal: AbortSignal) => List<Member>): MembersKeeper {
  return createRowsKeeper({
    list,
    isRelevant,
    isAbout: (event, id) => event.type === 'role.deleted' || event.data.member.id === id,
    applyTo,
  })
}

function isRelevant(event: RolecallEvent): event is RelevantEvent {
  return event.type.startsWith('member.') || event.type === 'role.deleted'
}

function applyTo(entries: Entries<MemberRow>, event: RelevantEvent): void {
  if (event.type === 'role.deleted') {
    replaceRole(entries, event)
    return
  }
  const { id } = event.data.member
  const present = entries.get(id)
  if (present !== undefined && event.seq <= present.seq) return
  if (event.type === 'member.removed') {
    entries.delete(id)
    return
  }
  const member = event.type === 'member.added' ? event.data.member : changed(present?.row, event)
  if (member === undefined) return
  entries.set(id, { row: { ...member, change: changeOf(event) }, seq: event.seq })
}

function changed(
  row: MemberRow | undefined,
  event: Exclude<MemberEvent, { type: 'member.added' | 'member.removed' }>,
): Member | undefined {
  if (row === undefined) return undefined
  switch (event.type) {
    case 'member.role_changed':
      return { ...row, role: event.data.after.role }
    case 'member.suspended':
      return { ...row, status: 'suspended' }
    case 'member.resumed':
      return { ...row, status: 'active' }
    case 'member.updated':
      return { ...row, account: { ...row.account, ...event.data.after } }
  }
}

/** All who held a role that was deleted have the one that replaces it. */
function replaceRole(entries: Entries<MemberRow>, { seq, data }: EventOfType<'role.deleted'>): void {
  const { role, replacement } = data
  if (replacement === undefined) return
  for (const [id, entry] of entries) {
    if (entry.row.role !== role.id || seq <= entry.seq) continue
    entries.set(id, { row: { ...entry.row, role: replacement.role }, seq })
  }
}
