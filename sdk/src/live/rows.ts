import type { EventType, RolecallEvent } from '@rolecall/contract'
import { createEntriesKeeper, type Entries, type EntriesKeeper, type EntriesSource } from './entries.ts'
import { createRowsView, type RowsView } from './rows-view.ts'

/** What last happened to a row while it was watched. */
export interface RowChange {
  readonly type: EventType
  readonly actor: RolecallEvent['actor']
  /** When it happened, by the server’s clock. */
  readonly at: string
  /** When it came here, as `Date.now()`. */
  readonly receivedAt: number
}

export interface RowsKeeper<Row extends { readonly id: string }> extends EntriesKeeper {
  readonly view: RowsView<Row>
}

/** Keeps a list exact, and shows it. */
export function createRowsKeeper<Item extends { readonly id: string }, Row extends Item, Event extends RolecallEvent>(
  source: EntriesSource<Item, Row, Event>,
): RowsKeeper<Row> {
  let entries: Entries<Row> = new Map()
  const { view, show } = createRowsView<Row>((id) => entries.get(id)?.row)
  const keeper = createEntriesKeeper(source, (status, present) => {
    entries = present
    // By id, which is the order in which they came to be.
    const rows = [...entries.values()].map(({ row }) => row).sort((a, b) => (a.id < b.id ? -1 : 1))
    show(status, rows)
  })
  return { ...keeper, view }
}

export function changeOf({ type, actor, at }: RolecallEvent): RowChange {
  return { type, actor, at, receivedAt: Date.now() }
}
