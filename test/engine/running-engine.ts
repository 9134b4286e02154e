import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Engine, type EngineOptions, startEngine } from '@rolecall/embedded-mongo'
import { expect } from 'chai'
import {
  type Collection,
  type Db,
  type Document,
  MongoClient,
  type MongoClientOptions,
  MongoServerError,
  type ObjectId,
} from 'mongodb'

/** An engine for the tests of one file, with a client; each test takes a database of its own. */
export interface RunningEngine {
  readonly directory: string
  readonly engine: () => Engine
  readonly client: () => MongoClient
  readonly db: () => Db
  readonly collection: (name?: string) => Collection<Doc>
  readonly connect: (options?: MongoClientOptions) => Promise<MongoClient>
  /** Stops the engine and starts it on the same data; the client is a new one. */
  readonly restart: () => Promise<void>
}

/** Documents with ids of any type. */
export type Doc = Document & { _id?: string | number | ObjectId }

let databases = 0

export const useEngine = (options: Partial<EngineOptions> = {}): RunningEngine => {
  let directory = ''
  let engine: Engine | undefined
  let clients: MongoClient[] = []
  let database = ''
  const unexpected: Error[] = []

  const running = (): Engine => {
    if (!engine) throw new Error('The engine is not running')
    return engine
  }
  const connect = async (settings: MongoClientOptions = {}): Promise<MongoClient> => {
    const client = await new MongoClient(running().uri, settings).connect()
    clients.push(client)
    return client
  }
  const start = async (): Promise<void> => {
    engine = await startEngine({ directory, onUnexpectedError: (error) => unexpected.push(error), ...options })
    await connect()
  }
  const stop = async (): Promise<void> => {
    await Promise.all(clients.map((client) => client.close()))
    clients = []
    await engine?.stop()
  }
  const client = (): MongoClient => {
    const [first] = clients
    if (!first) throw new Error('No client')
    return first
  }
  const db = (): Db => client().db(database)

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rolecall-engine-'))
    await start()
  })
  beforeEach(() => {
    databases += 1
    database = `test${databases}`
  })
  afterEach(() => {
    expect(unexpected.splice(0), 'errors that are mistakes of the engine').to.deep.equal([])
  })
  after(async () => {
    await stop()
    await rm(directory, { recursive: true })
  })

  return {
    get directory() {
      return directory
    },
    engine: running,
    client,
    db,
    collection: (name = 'things') => db().collection<Doc>(name),
    connect,
    async restart() {
      await stop()
      await start()
    },
  }
}

/** What the server answered instead of doing as it was told. */
export const refusal = async (asked: Promise<unknown>): Promise<MongoServerError> => {
  try {
    await asked
  } catch (error) {
    if (error instanceof MongoServerError) return error
    throw error
  }
  throw new Error('It was not refused')
}
