/**
 * The mark of a database that is being filled by a move or a restore. It is there before the first document and goes
 * after the last has been compared, so that half an installation is never taken for a whole one: no server starts on it,
 * and only what bears the mark is emptied to begin anew.
 */
import type { Connection } from 'mongoose'
import { DatabaseError } from './database-error.ts'

const collection = 'meta'
const id = 'unfinished'

export interface Unfinished {
  readonly _id: typeof id
  /** The command that fills it, for people. */
  readonly command: string
  /** Random: of two that fill it at once, only the later one can finish. */
  readonly run: string
}

const marks = (connection: Connection) => connection.getClient().db(connection.name).collection<Unfinished>(collection)

/** Leaves the mark out of the collection that holds it. */
export const unmarked = (name: string): object => (name === collection ? { _id: { $ne: id } } : {})

export async function findMark(connection: Connection): Promise<Unfinished | undefined> {
  return (await marks(connection).findOne({ _id: id })) ?? undefined
}

export async function setMark(connection: Connection, { command, run }: Omit<Unfinished, '_id'>): Promise<void> {
  await marks(connection).replaceOne({ _id: id }, { command, run }, { upsert: true })
}

/** Throws where somebody else has set theirs meanwhile. */
export async function removeMark(connection: Connection, run: string): Promise<void> {
  const { deletedCount } = await marks(connection).deleteOne({ _id: id, run })
  if (deletedCount === 0) throw new DatabaseError('Another process fills the same database. Let one of them do it.')
}

/** Refuses a database that was not filled to its end. */
export async function refuseUnfinished(connection: Connection): Promise<void> {
  const mark = await findMark(connection)
  if (mark === undefined) return
  throw new DatabaseError(
    `These data are not whole: npm run ${mark.command} is filling them, or was ended before it was done. Run it again.`,
  )
}
