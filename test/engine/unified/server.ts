import { MongoClient } from 'mongodb'
import { factsOf, type ServerFacts } from './requirements.ts'

/** The server under test, as the runner sees it. */
export interface Server {
  /** For the clients of tests: as a replica set, if it is one. */
  readonly uri: string
  /** The runner's own, by which it prepares and checks. */
  readonly client: MongoClient
  readonly facts: ServerFacts
  close(): Promise<void>
}

/** Many tests are about what a driver knows of its server: it must find the set itself, not be told of one node. */
const asSet = (uri: string): string => uri.replace(/([?&])directConnection=true&?/, '$1').replace(/[?&]$/, '')

export const connectTo = async (given: string): Promise<Server> => {
  const uri = asSet(given)
  const client = await new MongoClient(uri).connect()
  await client.db('admin').command({ killAllSessions: [] })
  return { uri, client, facts: await factsOf(client), close: () => client.close() }
}
