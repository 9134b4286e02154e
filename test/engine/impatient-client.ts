// Without it the driver waits for ever where an engine is killed as it writes, and its client is never closed.
import '../../server/src/database/closed-connections.ts'
import { MongoClient, MongoServerSelectionError } from 'mongodb'

/** A client that gives up soon once the engine is gone, and until then has as long to connect as a busy machine takes. */
export const impatientClient = async (uri: string, serverSelectionTimeoutMS = 200): Promise<MongoClient> => {
  for (;;) {
    try {
      return await new MongoClient(uri, { serverSelectionTimeoutMS }).connect()
    } catch (error) {
      if (!(error instanceof MongoServerSelectionError)) throw error
    }
  }
}
