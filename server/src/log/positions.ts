/** Places in a log that a reader names by a cursor or by a time. */
import { problem } from '@rolecall/contract'
import type { LogModels } from './documents.ts'
import { lastBefore } from './last-before.ts'
import { type Place, resolveCursor } from './read.ts'
import { type Snapshot, within } from './tx.ts'

type Models = Pick<LogModels, 'events' | 'heads'>

/** The position of a cursor, with the hash there. Throws `invalid_cursor` for one that is not of this log’s history. */
export async function placeOf(models: Models, snapshot: Snapshot, log: string, cursor: string): Promise<Place> {
  const head = await models.heads.findById(log, null, within(snapshot)).lean()
  if (head === null) throw problem('not_found')
  const state = await resolveCursor(models, head, cursor, snapshot)
  if (typeof state === 'string') throw problem('invalid_cursor', { detail: 'Take the cursor of an event of this log.' })
  return state
}

/** The position after which everything is of this time or later. */
export async function positionSince(models: Models, snapshot: Snapshot, log: string, time: Date): Promise<number> {
  const head = await models.heads.findById(log, { seq: 1 }, within(snapshot)).lean()
  if (head === null) throw problem('not_found')
  return lastBefore(models, snapshot, head, time)
}
