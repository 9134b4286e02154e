import type { Watched } from '@rolecall/sdk'
import { useSyncExternalStore } from 'react'

/** What a live view of the SDK shows now; the component follows it. */
export function useWatched<Snapshot>(watched: Watched<Snapshot>): Snapshot {
  return useSyncExternalStore(watched.subscribe, () => watched.snapshot)
}
