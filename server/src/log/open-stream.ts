import type { Connection, mongo } from 'mongoose'
import { inTime } from '../database/in-time.ts'

/**
 * Begins to follow collections, of which `nodes` is one: a stream with all that is written there after the call, also
 * where it opens later. Throws what `late` makes when the database does not say in time where that is.
 */
export async function openStream(
  connection: Connection,
  {
    nodes,
    events,
    waitMs,
    timeoutMs,
    late,
  }: {
    readonly nodes: string
    readonly events: string
    /** For how long the database waits for something to tell before it tells that there is nothing. */
    readonly waitMs: number
    readonly timeoutMs: number
    readonly late: () => Error
  },
): Promise<mongo.ChangeStream> {
  const { db } = connection
  if (db === undefined) throw new Error('the connection is closed')
  // From a time before our first pulse: whatever we write from now on comes through this stream. And from one that a
  // majority has reached: what is read from now on has all that was committed before, which the stream does not bring.
  const asked = db.command({ find: nodes, limit: 1, singleBatch: true, readConcern: { level: 'majority' } })
  const { operationTime } = await inTime(asked, timeoutMs, late)
  return db.watch([{ $match: { 'ns.coll': { $in: [events, nodes] } } }], {
    ...(operationTime === undefined ? {} : { startAtOperationTime: operationTime }),
    maxAwaitTimeMS: waitMs,
    batchSize: 1_000,
  })
}
