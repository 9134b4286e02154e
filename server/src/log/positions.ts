/** Places in a log that a reader names by a cursor or by a time. */
import { problem } from '@rolecall/contract'
import type { LogModels } from './documents.ts'
import { resolveCursor } from './read.ts'
import { type Snapshot, within } from './tx.ts'

type Models = Pick<LogModels, 'events' | 'heads'>

/** The position of a cursor. Throws `invalid_cursor` for one that is not of this log’s history. */
export async function positionOf(models: Models, snapshot: Snapshot, log: string, cursor: string): Promise<number> {
  const head = await models.heads.findById(log, null, within(snapshot)).lean()
  if (head === null) throw problem('not_found')
  const state = await resolveCursor(models, head, cursor, snapshot)
  if (typeof state === 'string') throw problem('invalid_cursor', { detail: 'Take the cursor of an event of this log.' })
  return state.seq
}

/**
 * The position after which everything is of this time or later: by halving, since events are in an index by position
 * alone. Where a clock was set back, some that are a little older may follow it.
 */
export async function positionSince(models: Models, snapshot: Snapshot, log: string, time: Date): Promise<number> {
  const head = await models.heads.findById(log, { seq: 1 }, within(snapshot)).lean()
  if (head === null) throw problem('not_found')
  let [before, after] = [0, head.seq + 1]
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    const event = await models.events.findOne({ log, seq: middle }, { at: 1 }, within(snapshot)).lean()
    if (event === null || event.at < time) before = middle
    else after = middle
  }
  return before
}
