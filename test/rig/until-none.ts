import type { Collection } from 'mongoose'

/** Resolves once no document fits any longer. Looks again at each change of the collection, and at no other time. */
export async function untilNone(collection: Collection, filter: object = {}): Promise<void> {
  const changes = collection.watch()
  try {
    // Opens the stream, so that no change is missed between a look and the next one.
    await changes.tryNext()
    while ((await collection.countDocuments(filter, { limit: 1 })) > 0) await changes.next()
  } finally {
    await changes.close()
  }
}
