import type { EventOfType, EventType, Member, RolecallEvent, RoleId } from '@rolecall/contract'
import { createEntriesKeeper, type Entries, type EntriesKeeper, type ViewStatus } from '../live/entries.ts'
import type { Rolecall } from '../rolecall.ts'

/** What an account holds in an organisation. Its `id` is the account’s: it is asked for by that. */
export interface Holding {
  readonly id: string
  readonly role: RoleId
  readonly isActive: boolean
}

export type Holdings = Entries<Holding>

type RelevantEvent = EventOfType<Extract<EventType, `member.${string}`> | 'role.deleted'>

/** Keeps who holds which role, and nothing of the person besides. */
export function createHoldingsKeeper(
  rolecall: Rolecall,
  organisation: string,
  show: (status: ViewStatus, holdings: Holdings) => void,
): EntriesKeeper {
  async function* pages(signal: AbortSignal) {
    for await (const { data, seq } of rolecall.members.list({ organisation, limit: 200 }, { signal }).pages()) {
      yield { data: data.map(holdingOf), seq }
    }
  }
  return createEntriesKeeper<Holding, Holding, RelevantEvent>(
    { list: (signal) => ({ pages: () => pages(signal) }), isRelevant, isAbout, applyTo },
    show,
  )
}

const holdingOf = ({ account, role, status }: Member): Holding => ({
  id: account.id,
  role,
  isActive: status === 'active',
})

function isRelevant(event: RolecallEvent): event is RelevantEvent {
  return event.type.startsWith('member.') || event.type === 'role.deleted'
}

function isAbout(event: RelevantEvent, account: string): boolean {
  return event.type === 'role.deleted' || event.data.member.account.id === account
}

function applyTo(holdings: Holdings, event: RelevantEvent): void {
  if (event.type === 'role.deleted') {
    replaceRole(holdings, event)
    return
  }
  const { id } = event.data.member.account
  const present = holdings.get(id)
  if (present !== undefined && event.seq <= present.seq) return
  const row = after(event, present?.row)
  if (row === undefined) holdings.delete(id)
  else holdings.set(id, { row, seq: event.seq })
}

function after(event: Exclude<RelevantEvent, { type: 'role.deleted' }>, before: Holding | undefined) {
  switch (event.type) {
    case 'member.added':
      return holdingOf(event.data.member)
    case 'member.removed':
      return undefined
    case 'member.role_changed':
      return before && { ...before, role: event.data.after.role }
    case 'member.suspended':
      return before && { ...before, isActive: false }
    case 'member.resumed':
      return before && { ...before, role: event.data.after.role, isActive: true }
    case 'member.updated':
      return before
  }
}

function replaceRole(holdings: Holdings, { seq, data: { role, replacement } }: EventOfType<'role.deleted'>): void {
  if (replacement === undefined) return
  for (const [id, entry] of holdings) {
    if (entry.row.role !== role.id || seq <= entry.seq) continue
    holdings.set(id, { row: { ...entry.row, role: replacement.role }, seq })
  }
}
