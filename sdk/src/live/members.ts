import type { EventOfType, EventType, Member, RolecallEvent } from '@rolecall/contract'
import { backoffMs, sleep } from '../backoff.ts'
import { RolecallError } from '../error.ts'
import type { List } from '../list.ts'
import { createStore, type Watched } from './store.ts'

/** What last happened to a row while it was watched. */
export interface RowChange {
  readonly type: EventType
  readonly actor: RolecallEvent['actor']
  /** When it happened, by the server’s clock. */
  readonly at: string
  /** When it came here, as `Date.now()`. */
  readonly receivedAt: number
}

export type MemberRow = Member & { readonly change?: RowChange }

/** `hidden`: one’s role does not permit to see the members. `ended`: access is lost, or the view was closed. */
export type ViewStatus = 'loading' | 'live' | 'hidden' | 'ended'

export interface MembersSnapshot {
  readonly status: ViewStatus
  /** In the order in which they became members. Empty when hidden or ended. */
  readonly rows: readonly MemberRow[]
}

export interface MembersView extends Watched<MembersSnapshot> {
  readonly status: ViewStatus
  readonly rows: readonly MemberRow[]
  /** Resolves when the view is complete for the first time, or is known to be hidden or ended. */
  readonly ready: Promise<void>
  get(member: string): MemberRow | undefined
}

type MemberEvent = EventOfType<Extract<EventType, `member.${string}`>>
type RelevantEvent = MemberEvent | EventOfType<'role.deleted'>
interface Entry {
  readonly row: MemberRow
  /** The position in the log up to which the row is right. */
  readonly seq: number
}

export interface MembersKeeper {
  readonly view: MembersView
  /** What one’s role permits, at each subscription and change. */
  permit(canRead: boolean): void
  apply(event: RolecallEvent): void
  reload(): void
  end(): void
}

/**
 * Keeps the members exact: the live subscription stands first, then the pages are read. An event applies to a row only
 * if its `seq` lies above the row’s; until the last page is there, events are remembered for rows that are to come.
 */
export function createMembersKeeper(list: (signal: AbortSignal) => List<Member>): MembersKeeper {
  const store = createStore<MembersSnapshot>({ status: 'loading', rows: [] })
  let entries = new Map<string, Entry>()
  let loading: { readonly entries: Map<string, Entry>; readonly events: RelevantEvent[]; stop(): void } | undefined
  let settle: () => void
  const ready = new Promise<void>((resolve) => {
    settle = resolve
  })

  const show = (status: ViewStatus) => {
    const rows = [...entries.values()].map(({ row }) => row).sort((a, b) => (a.id < b.id ? -1 : 1))
    store.update({ status, rows })
    if (status !== 'loading') settle()
  }

  const empty = (status: 'hidden' | 'ended') => {
    loading?.stop()
    loading = undefined
    entries = new Map()
    show(status)
  }

  const load = async () => {
    loading?.stop()
    const abort = new AbortController()
    const { signal } = abort
    // A first load shows what it has; a later one keeps showing the old rows until it is complete.
    const isFirst = store.snapshot.status !== 'live'
    const own = { entries: new Map(), events: [], stop: () => abort.abort() }
    loading = own
    if (isFirst) {
      entries = own.entries
      show('loading')
    }
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        if (attempt > 0) await sleep(backoffMs(attempt, 500, 30_000), signal)
        for await (const page of list(signal).pages()) {
          if (signal.aborted) return
          for (const member of page.data) insert(own, member, page.seq ?? 0)
          if (isFirst) show('loading')
        }
        entries = own.entries
        loading = undefined
        return show('live')
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof RolecallError)) throw error
        // The role changed meanwhile: the message that says so is on its way and decides.
        if (error.code === 'forbidden' || error.code === 'not_found') return empty('hidden')
      }
    }
  }

  const insert = (own: NonNullable<typeof loading>, member: Member, seq: number) => {
    const present = own.entries.get(member.id)
    if (present === undefined || present.seq < seq) {
      own.entries.set(member.id, { row: { ...present?.row, ...member }, seq })
    }
    for (const event of own.events) {
      if (event.type === 'role.deleted' || event.data.member.id === member.id) applyTo(own.entries, event)
    }
  }

  return {
    view: {
      get snapshot() {
        return store.snapshot
      },
      get status() {
        return store.snapshot.status
      },
      get rows() {
        return store.snapshot.rows
      },
      subscribe: store.subscribe,
      ready,
      get: (member) => entries.get(member)?.row,
    },
    permit(canRead) {
      const { status } = store.snapshot
      if (status === 'ended') return
      if (!canRead) empty('hidden')
      else if (status !== 'live' && loading === undefined) void load()
    },
    apply(event) {
      if (!isRelevant(event)) return
      loading?.events.push(event)
      if (loading !== undefined) applyTo(loading.entries, event)
      if (loading?.entries !== entries && store.snapshot.status === 'live') applyTo(entries, event)
      const { status } = store.snapshot
      if (status === 'live' || status === 'loading') show(status)
    },
    reload() {
      const { status } = store.snapshot
      if (status === 'live' || status === 'loading') void load()
    },
    end: () => empty('ended'),
  }
}

function isRelevant(event: RolecallEvent): event is RelevantEvent {
  return event.type.startsWith('member.') || event.type === 'role.deleted'
}

function applyTo(entries: Map<string, Entry>, event: RelevantEvent): void {
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
  // A row that is not there yet comes with a page, and this event is applied to it then.
  if (member === undefined) return
  const { type, actor, at } = event
  entries.set(id, { row: { ...member, change: { type, actor, at, receivedAt: Date.now() } }, seq: event.seq })
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
function replaceRole(entries: Map<string, Entry>, { seq, data }: EventOfType<'role.deleted'>): void {
  const { role, replacement } = data
  if (replacement === undefined) return
  for (const [id, entry] of entries) {
    if (entry.row.role !== role.id || seq <= entry.seq) continue
    entries.set(id, { row: { ...entry.row, role: replacement.role }, seq })
  }
}
