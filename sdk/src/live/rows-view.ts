import type { ViewStatus } from './entries.ts'
import { createStore, createView, type Watched } from './store.ts'

export interface RowsSnapshot<Row, Status extends ViewStatus = ViewStatus> {
  readonly status: Status
  /** In their order. Empty when hidden or ended. */
  readonly rows: readonly Row[]
}

export interface RowsView<Row extends { readonly id: string }, Status extends ViewStatus = ViewStatus>
  extends Watched<RowsSnapshot<Row, Status>>,
    RowsSnapshot<Row, Status> {
  /** Resolves when the view is complete for the first time, or is known to be hidden or ended. */
  readonly ready: Promise<void>
  get(id: Row['id']): Row | undefined
}

interface ShownRows<Row extends { readonly id: string }, Status extends ViewStatus = ViewStatus> {
  readonly view: RowsView<Row, Status>
  show(status: Status, rows: readonly Row[]): void
}

/** Rows that are watched, empty and loading at first. `find` is for where they are many. */
export function createRowsView<Row extends { readonly id: string }, Status extends ViewStatus = ViewStatus>(
  find?: (id: Row['id']) => Row | undefined,
): ShownRows<Row, Status | 'loading'> {
  const store = createStore<RowsSnapshot<Row, Status | 'loading'>>({ status: 'loading', rows: [] })
  let settle: () => void
  const ready = new Promise<void>((resolve) => {
    settle = resolve
  })
  return {
    view: createView(store, { ready, get: find ?? ((id) => store.snapshot.rows.find((row) => row.id === id)) }),
    show(status, rows) {
      store.update({ status, rows })
      if (status !== 'loading') settle()
    },
  }
}
