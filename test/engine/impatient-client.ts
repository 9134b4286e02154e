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
