import type { EventType, RolecallEvent } from '@rolecall/contract'
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

/** `hidden`: one’s role does not permit to see the rows. `ended`: access is lost, or the view was closed. */
export type ViewStatus = 'loading' | 'live' | 'hidden' | 'ended'

export interface RowsSnapshot<Row> {
  readonly status: ViewStatus
  /** By id, which is the order in which they came to be. Empty when hidden or ended. */
  readonly rows: readonly Row[]
}

export interface RowsView<Row> extends Watched<RowsSnapshot<Row>>, RowsSnapshot<Row> {
  /** Resolves when the view is complete for the first time, or is known to be hidden or ended. */
  readonly ready: Promise<void>
  get(id: string): Row | undefined
}

export interface Entry<Row> {
  readonly row: Row
  /** The position in the log up to which the row is right. */
  readonly seq: number
}

export type Entries<Row> = Map<string, Entry<Row>>

/** What rows are made of, and how an event changes them. */
export interface RowsSource<Item, Row extends Item, Event extends RolecallEvent> {
  readonly list: (signal: AbortSignal) => List<Item>
  readonly isRelevant: (event: RolecallEvent) => event is Event
  /** Whether an event is about a row that comes with a page after it. */
  readonly isAbout: (event: Event, id: string) => boolean
  /** Applies it to rows whose `seq` lies below the event’s; rows that are not there yet come with a page. */
  readonly applyTo: (entries: Entries<Row>, event: Event) => void
}

export interface RowsKeeper<Row> {
  readonly view: RowsView<Row>
  /** What one’s role permits, at each subscription and change. */
  permit(canRead: boolean): void
  apply(event: RolecallEvent): void
  reload(): void
  end(): void
}

/**
 * Keeps a list exact: the live subscription stands first, then the pages are read. An event applies to a row only if
 * its `seq` lies above the row’s; until the last page is there, events are remembered for rows that are to come.
 */
export function createRowsKeeper<Item extends { readonly id: string }, Row extends Item, Event extends RolecallEvent>({
  list,
  isRelevant,
  isAbout,
  applyTo,
}: RowsSource<Item, Row, Event>): RowsKeeper<Row> {
  const store = createStore<RowsSnapshot<Row>>({ status: 'loading', rows: [] })
  let entries: Entries<Row> = new Map()
  let loading: { readonly entries: Entries<Row>; readonly events: Event[]; stop(): void } | undefined
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
          for (const item of page.data) insert(own, item, page.seq ?? 0)
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

  const insert = (own: NonNullable<typeof loading>, item: Item, seq: number) => {
    const present = own.entries.get(item.id)
    if (present === undefined || present.seq < seq) {
      // What a row has besides the item is optional: it is known only of rows that changed before one’s eyes.
      own.entries.set(item.id, { row: { ...present?.row, ...item } as Row, seq })
    }
    for (const event of own.events) if (isAbout(event, item.id)) applyTo(own.entries, event)
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
      get: (id) => entries.get(id)?.row,
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

export function changeOf({ type, actor, at }: RolecallEvent): RowChange {
  return { type, actor, at, receivedAt: Date.now() }
}
