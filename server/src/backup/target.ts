/** Filling an empty database, with a mark in it until all of it is there. */
import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { type Connection, mongo } from 'mongoose'
import { DatabaseError } from '../database/database-error.ts'
import { findMark, removeMark, setMark } from '../database/unfinished.ts'
import { type CollectionPart, createSumming, type IndexShape, isSameSum, type Sum, summed, sumOf } from './parts.ts'
import { shapesOf, withSnapshot } from './snapshot.ts'

export interface Target {
  /** Random, of this run: the database bears it until it is whole. */
  readonly run: string
  /** Makes a collection with its documents and indexes; answers what was written. */
  fill(part: CollectionPart): Promise<Sum>
  /** Reads everything again, indexes too, and compares it with what was to be written. Throws what differs. */
  compare(written: ReadonlyMap<string, Sum>): Promise<void>
  /** From now on it counts as whole. */
  finish(): Promise<void>
}

const batchDocuments = 250
const batchBytes = 4 * 1024 * 1024

/**
 * Begins to fill a database. Throws where there is something in it that no unfinished run has written; `check` may throw
 * as well, before anything has changed, and hears which run that was.
 */
export async function openTarget(
  connection: Connection,
  command: string,
  check: (earlierRun: string | undefined) => Promise<void> = async () => undefined,
): Promise<Target> {
  const db = connection.getClient().db(connection.name)
  const found = await shapesOf(db)
  const mark = await findMark(connection)
  if (found.length > 0 && mark === undefined) throw notEmpty(found.map(({ name }) => name))
  await check(mark?.run)
  const run = randomBytes(16).toString('hex')
  await setMark(connection, { command, run })
  for (const { name } of found) {
    if (name !== 'meta') await db.collection(name).drop()
  }
  await db.collection<{ _id: string }>('meta').deleteMany({ _id: { $ne: 'unfinished' } })

  const made = new Map<string, readonly IndexShape[]>()

  return {
    run,
    async fill({ shape, pieces }) {
      made.set(shape.name, shape.indexes)
      const summing = createSumming()
      await createCollection(db, shape.name)
      const collection = db.collection(shape.name)
      // Before the documents: the embedded engine answers nobody while it builds an index over many.
      if (shape.indexes.length > 0) {
        await db.command({ createIndexes: shape.name, indexes: shape.indexes, writeConcern: { w: 'majority' } })
      }
      for await (const batch of batchesOf(summed(pieces, summing))) await collection.insertMany(batch)
      return summing.sum()
    },
    compare: (written) =>
      withSnapshot(connection, async ({ collections, part }) => {
        const names = new Set(collections.map(({ name }) => name))
        const missing = [...written.keys()].filter((name) => !names.has(name))
        if (missing.length > 0) throw differs(missing)
        for (const shape of collections) {
          const expected = written.get(shape.name)
          if (!isDeepStrictEqual(byName(shape.indexes), byName(made.get(shape.name) ?? []))) throw differs([shape.name])
          const actual = await sumOf(part(shape).pieces)
          if (expected === undefined || !isSameSum(expected, actual) || expected.pieces !== actual.pieces) {
            throw differs([shape.name])
          }
        }
      }),
    finish: () => removeMark(connection, run),
  }
}

const byName = (indexes: readonly IndexShape[]) => [...indexes].sort((one, other) => (one.name < other.name ? -1 : 1))

/** The mark's collection is there already. */
async function createCollection(db: mongo.Db, name: string): Promise<void> {
  if (name !== 'meta') await db.createCollection(name)
}

/** Documents as they are written, every value in the type that it has: what is read again is the same bytes. */
async function* batchesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<mongo.Document[]> {
  let batch: mongo.Document[] = []
  let bytes = 0
  for await (const piece of pieces) {
    if (batch.length === batchDocuments || (batch.length > 0 && bytes + piece.length > batchBytes)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(mongo.BSON.deserialize(piece, { promoteValues: false, promoteLongs: false, bsonRegExp: true }))
    bytes += piece.length
  }
  if (batch.length > 0) yield batch
}

const notEmpty = (names: readonly string[]): DatabaseError =>
  new DatabaseError(
    `The database that is to be filled is not empty: it has ${names.slice(0, 3).join(', ')}${names.length > 3 ? ' and more' : ''}. Nothing was changed; name one that is.`,
  )

const differs = (names: readonly string[]): DatabaseError =>
  new DatabaseError(
    `What was written is not what is there now: ${names.join(', ')}. Somebody else writes to the same database. Stop that, and run it again.`,
  )
