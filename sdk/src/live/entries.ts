import type { RolecallEvent } from '@rolecall/contract'
import type { List } from '../list.ts'
import { isLost, retrying } from './retrying.ts'

/** `hidden`: one’s role does not permit to see the rows. `ended`: access is lost, or the view was closed. */
export type ViewStatus = 'loading' | 'live' | 'hidden' | 'ended'

export interface Entry<Row> {
  readonly row: Row
  /** The position in the log up to which the row is right. */
  readonly seq: number
}

export type Entries<Row> = Map<string, Entry<Row>>

/** What rows are made of, and how an event changes them. */
export interface EntriesSource<Item, Row extends Item, Event extends RolecallEvent> {
  readonly list: (signal: AbortSignal) => Pick<List<Item>, 'pages'>
  readonly isRelevant: (event: RolecallEvent) => event is Event
  /** Whether an event is about a row that comes with a page after it. */
  readonly isAbout: (event: Event, id: string) => boolean
  /** Applies it to rows whose `seq` lies below the event’s; rows that are not there yet come with a page. */
  readonly applyTo: (entries: Entries<Row>, event: Event) => void
}

export interface EntriesKeeper {
  /** What one’s role permits, at each subscription and change. */
  permit(canRead: boolean): void
  apply(event: RolecallEvent): void
  reload(): void
  end(): void
}

/**
 * Keeps a list exact: the live subscription stands first, then the pages are read. An event applies to a row only if
 * its `seq` lies above the row’s; until the last page is there, events are remembered for rows that are to come.
 * `show` is told of each change, with the entries as they are from then on.
 */
export function createEntriesKeeper<
  Item extends { readonly id: string },
  Row extends Item,
  Event extends RolecallEvent,
>(
  { list, isRelevant, isAbout, applyTo }: EntriesSource<Item, Row, Event>,
  show: (status: ViewStatus, entries: Entries<Row>) => void,
): EntriesKeeper {
  let status: ViewStatus = 'loading'
  let entries: Entries<Row> = new Map()
  let loading: { readonly entries: Entries<Row>; readonly events: Event[]; stop(): void } | undefined

  const become = (next: ViewStatus) => {
    status = next
    show(status, entries)
  }

  const empty = (next: 'hidden' | 'ended') => {
    loading?.stop()
    loading = undefined
    entries = new Map()
    become(next)
  }

  const load = async () => {
    loading?.stop()
    const abort = new AbortController()
    const { signal } = abort
    // A first load shows what it has; a later one keeps showing the old rows until it is complete.
    const isFirst = status !== 'live'
    const own = { entries: new Map(), events: [], stop: () => abort.abort() }
    loading = own
    if (isFirst) {
      entries = own.entries
      become('loading')
    }
    const isRead = await retrying(signal, isLost, async () => {
      for await (const page of list(signal).pages()) {
        if (signal.aborted) break
        for (const item of page.data) insert(own, item, page.seq ?? 0)
        if (isFirst) become('loading')
      }
      return true
    })
    if (signal.aborted) return
    // The role changed meanwhile: the message that says so is on its way and decides.
    if (isRead === undefined) return empty('hidden')
    entries = own.entries
    loading = undefined
    become('live')
  }

  const insert = (own: NonNullable<typeof loading>, item: Item, seq: number) => {
    const present = own.entries.get(item.id)
    if (present === undefined || present.seq < seq) {
      // What a row has besides the item is optional: it is known only of rows that changed before one’s eyes.
      own.entries.set(item.id, { row: { ...present?.row, ...item } as Row, seq })
    }
    for (const event of own.events) if (isAbout(event, item.id)) applyTo(own.entries, event)
  }

  return {
    permit(canRead) {
      if (status === 'ended') return
      if (!canRead) empty('hidden')
      else if (status !== 'live' && loading === undefined) void load()
    },
    apply(event) {
      if (!isRelevant(event)) return
      loading?.events.push(event)
      if (loading !== undefined) applyTo(loading.entries, event)
      if (loading?.entries !== entries && status === 'live') applyTo(entries, event)
      if (status === 'live' || status === 'loading') become(status)
    },
    reload() {
      if (status === 'live' || status === 'loading') void load()
    },
    end: () => empty('ended'),
  }
}
