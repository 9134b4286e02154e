import type { HeadDocument, LogModels } from './documents.ts'
import { type Snapshot, within } from './tx.ts'

/**
 * The last position before a time: by halving, since events are in an index by position alone. Where a clock was set
 * back, some that are a little older may follow it.
 */
export async function lastBefore(
  { events }: Pick<LogModels, 'events'>,
  snapshot: Snapshot,
  { _id: log, seq }: Pick<HeadDocument, '_id' | 'seq'>,
  time: Date,
): Promise<number> {
  let [before, after] = [0, seq + 1]
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    const event = await events.findOne({ log, seq: middle }, { at: 1 }, within(snapshot)).lean()
    if (event === null || event.at < time) before = middle
    else after = middle
  }
  return before
}
