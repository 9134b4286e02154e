import { createEmitter, type Unsubscribe } from './emitter.ts'

/**
 * Something that is watched: `snapshot` is immutable and stays the same object until it changes.
 * Fits React: `useSyncExternalStore(watched.subscribe, () => watched.snapshot)`.
 */
export interface Watched<Snapshot> {
  readonly snapshot: Snapshot
  readonly subscribe: (listener: () => void) => Unsubscribe
}

export interface Store<Snapshot> extends Watched<Snapshot> {
  /** Listeners hear of several changes in one turn once. */
  update(change: Partial<Snapshot>): void
}

/** What is watched, with each field of its snapshot beside it, and what a view has besides. */
export function createView<Snapshot extends object, More extends object>(
  store: Watched<Snapshot>,
  more: More,
): Watched<Snapshot> & Readonly<Snapshot> & More {
  const view = { subscribe: store.subscribe }
  const snapshot = { get: () => store.snapshot, enumerable: true }
  Object.defineProperties(view, { snapshot, ...Object.getOwnPropertyDescriptors(more) })
  for (const name of Object.keys(store.snapshot) as (keyof Snapshot)[]) {
    Object.defineProperty(view, name, { get: () => store.snapshot[name], enumerable: true })
  }
  // As it has just been put together.
  return view as Watched<Snapshot> & Snapshot & More
}

export function createStore<Snapshot extends object>(initial: Snapshot): Store<Snapshot> {
  const emitter = createEmitter<{ changed: undefined }>()
  let snapshot = initial
  let isDue = false
  return {
    get snapshot() {
      return snapshot
    },
    subscribe: (listener) => emitter.on('changed', listener),
    update(change) {
      snapshot = { ...snapshot, ...change }
      if (isDue) return
      isDue = true
      queueMicrotask(() => {
        isDue = false
        emitter.emit('changed', undefined)
      })
    },
  }
}
