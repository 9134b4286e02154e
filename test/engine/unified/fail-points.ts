import type { Document, MongoClient } from 'mongodb'

/** The fail points that one test has set, so that none is left for the next. */
export interface FailPoints {
  set(client: MongoClient, failPoint: Document): Promise<void>
  /** Takes them back through a client of the runner, since a test may have closed its own. */
  clear(internal: MongoClient): Promise<void>
}

export const createFailPoints = (): FailPoints => {
  const names = new Set<string>()
  return {
    async set(client, failPoint) {
      await client.db('admin').command(failPoint, { readPreference: 'primary' })
      names.add(String(failPoint.configureFailPoint))
    },
    async clear(internal) {
      for (const name of names) await internal.db('admin').command({ configureFailPoint: name, mode: 'off' })
    },
  }
}
