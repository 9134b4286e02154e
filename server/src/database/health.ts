import type { Connection } from 'mongoose'
import { inTime } from './in-time.ts'

/** Resolves once the database has answered; rejects when it has not within `timeoutMs`. */
export async function ping(connection: Connection, timeoutMs: number): Promise<void> {
  const { db } = connection
  if (db === undefined) throw new Error('There is no connection to the database.')
  const late = () => new Error(`The database did not answer within ${timeoutMs} ms.`)
  await inTime(db.command({ ping: 1 }), timeoutMs, late)
}
