import { type ClientSession, type Collection, mongo } from 'mongoose'

/** Inserts in one round trip, however many there are: each one is time for which the change holds its locks. */
export async function insertAll<Document extends object>(
  collection: Collection<Document>,
  documents: readonly mongo.OptionalUnlessRequiredId<Document>[],
  session: ClientSession,
): Promise<void> {
  const [first, ...more] = documents
  if (first === undefined) return
  if (more.length === 0) await collection.insertOne(first, { session })
  else await collection.insertMany(documents, { session }).catch(rethrowUnwrapped)
}

/**
 * The driver makes a bulk's error of whatever ended it, also of a network that broke: then what it was made of is
 * thrown, as a single insert throws it, so that it can be told apart from what the server refused.
 */
function rethrowUnwrapped(error: unknown): never {
  const cause: unknown = error instanceof mongo.MongoBulkWriteError ? error.errorResponse : undefined
  throw cause instanceof mongo.MongoError ? cause : error
}
