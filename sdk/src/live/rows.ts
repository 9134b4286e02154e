import type { EventType, RolecallEvent } from '@rolecall/contract'
import {
  createEntriesKeeper,
  type Entries,
  type EntriesKeeper,
  type EntriesSource,
  type ViewStatus,
} from './entries.ts'
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

export interface RowsKeeper<Row> extends EntriesKeeper {
  readonly view: RowsView<Row>
}

/** Keeps a list exact, and shows it. */
export function createRowsKeeper<Item extends { readonly id: string }, Row extends Item, Event extends RolecallEvent>(
  source: EntriesSource<Item, Row, Event>,
): RowsKeeper<Row> {
  const store = createStore<RowsSnapshot<Row>>({ status: 'loading', rows: [] })
  let entries: Entries<Row> = new Map()
  let settle: () => void
  const ready = new Promise<void>((resolve) => {
    settle = resolve
  })

  const keeper = createEntriesKeeper(source, (status, present) => {
    entries = present
    const rows = [...entries.values()].map(({ row }) => row).sort((a, b) => (a.id < b.id ? -1 : 1))
    store.update({ status, rows })
    if (status !== 'loading') settle()
  })

  return {
    ...keeper,
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
  }
}

export function changeOf({ type, actor, at }: RolecallEvent): RowChange {
  return { type, actor, at, receivedAt: Date.now() }
}
