import { type ClientSession, type Connection, mongo } from 'mongoose'
import { DatabaseError } from '../database/database-error.ts'
import { unmarked } from '../database/unfinished.ts'
import { pulseModel } from '../log/pulses.ts'
import type { CollectionPart, CollectionShape, IndexShape } from './parts.ts'

/** A database as it was at one moment, however long the reading takes and whatever is written meanwhile. */
export interface DatabaseSnapshot {
  readonly collections: readonly CollectionShape[]
  part(shape: CollectionShape): CollectionPart
  /** The documents of a collection that fit. */
  find<Document extends object>(name: string, filter?: object): AsyncIterable<Document>
}

const perBatch = 500

/** Opens a snapshot session: its first read takes the snapshot, and the later ones read the same. */
export async function withSnapshot<Value>(
  connection: Connection,
  use: (snapshot: DatabaseSnapshot) => Promise<Value>,
): Promise<Value> {
  const client = connection.getClient()
  const db = client.db(connection.name)
  const session = client.startSession({ snapshot: true })
  try {
    const collections = await shapesOf(db, transientCollections(connection))
    // Taken now, not when the first collection is asked for.
    await cursorOf(db, 'meta', session, {}).next()
    return await use({
      collections,
      part: (shape) => ({ kind: 'collection', shape, pieces: bytesOf(db, shape.name, session) }),
      find: <Document extends object>(name: string, filter: object = {}) =>
        // As the caller knows the collection.
        cursorOf(db, name, session, filter) as unknown as AsyncIterable<Document>,
    })
  } catch (error) {
    throw isTooOld(error) ? tooSlow(error) : error
  } finally {
    await session.endSession()
  }
}

/** The nodes that run, which is nothing of the installation. */
const transientCollections = (connection: Connection): readonly string[] => [pulseModel(connection).collection.name]

/** The collections of a database, by name, with what a new database needs to have them too. */
export async function shapesOf(db: mongo.Db, without: readonly string[] = []): Promise<CollectionShape[]> {
  const listed = await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray()
  const names = listed.map(({ name }) => name).filter((name) => !name.startsWith('system.') && !without.includes(name))
  return Promise.all(names.sort().map(async (name) => ({ name, indexes: await indexesOf(db.collection(name)) })))
}

async function indexesOf(collection: mongo.Collection): Promise<IndexShape[]> {
  const listed = await collection.listIndexes().toArray()
  return listed
    .filter(({ name }) => name !== '_id_')
    .map(({ name, key, unique, sparse, partialFilterExpression }) => ({
      name,
      key,
      ...(unique ? { unique: true } : {}),
      ...(sparse ? { sparse: true } : {}),
      ...(partialFilterExpression === undefined ? {} : { partialFilterExpression }),
    }))
}

function cursorOf(db: mongo.Db, name: string, session: ClientSession, filter: object, raw = false) {
  return db
    .collection(name)
    .find(filter, { session, raw, readConcern: { level: 'snapshot' }, batchSize: perBatch })
    .sort({ _id: 1 })
}

async function* bytesOf(db: mongo.Db, name: string, session: ClientSession): AsyncGenerator<Uint8Array> {
  const cursor = cursorOf(db, name, session, unmarked(name), true)
  // With `raw` what comes is the document's bytes, which the types do not know.
  for await (const bytes of cursor as unknown as AsyncIterable<Uint8Array>) yield bytes
}

/** SnapshotTooOld. */
const isTooOld = (error: unknown): error is Error => error instanceof mongo.MongoServerError && error.code === 239

const tooSlow = (cause: Error): DatabaseError =>
  new DatabaseError(
    [
      'The database did not keep the moment that is read for long enough. MongoDB keeps five minutes; for more, on its primary:',
      `  mongosh --eval 'db.adminCommand({ setParameter: 1, minSnapshotHistoryWindowInSeconds: 3600 })'`,
    ].join('\n'),
    cause,
  )
