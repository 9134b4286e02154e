import { type Connection, createConnection, set } from 'mongoose'
import './closed-connections.ts'
import type { Config } from '../config.ts'
import type { Logger } from '../logger.ts'
import { DatabaseError, reasonOf } from './database-error.ts'
import { type EmbeddedEngine, startEmbeddedEngine } from './embedded.ts'

/** An open database. What uses it does not know whether it is a MongoDB or the embedded engine. */
export interface Database {
  readonly connection: Connection
  readonly embedded: boolean
  /** Where the data are, for people: a folder, or hosts and database without credentials. */
  readonly location: string
  /** Resolves with the reason when the embedded engine has died, after which nothing works. */
  readonly failed: Promise<Error>
  close(): Promise<void>
}

const serverSelectionTimeoutMs = 5_000
/** A connection that is dead without saying so is given up after the sum of both: by default after 40 s. */
const heartbeatMs = 2_000
const connectTimeoutMs = 3_000

/** The database in the embedded engine. */
const embeddedName = 'rolecall'

/** What works hard may be silent for long: where nobody waits for an answer, and where it cannot be gone unnoticed. */
const patient = { heartbeatFrequencyMS: 10_000, connectTimeoutMS: 120_000, socketTimeoutMS: 0 }

export interface Patience {
  readonly isPatient?: boolean
}

// A path that no schema knows is a mistake of ours: it must not become a filter that matches everything.
set('strictQuery', 'throw')

/** `starting` is the embedded engine, where the caller has begun to start it already. */
export async function openDatabase(
  config: Pick<Config, 'mongodbUri' | 'dataDir'>,
  logger: Logger,
  starting = startEmbeddedEngine(config, logger),
  patience: Patience = {},
): Promise<Database> {
  const engine = await starting
  if (engine !== undefined) return openEmbedded(engine)
  return openMongo(config.mongodbUri ?? '', patience)
}

/** Opens the data for a program that reads or writes all of them. */
export const openPatiently = (config: Pick<Config, 'mongodbUri' | 'dataDir'>, logger: Logger): Promise<Database> =>
  openDatabase(config, logger, startEmbeddedEngine(config, logger), { isPatient: true })

async function openEmbedded(engine: EmbeddedEngine): Promise<Database> {
  try {
    // A thread of this process says when it ends. Given up for its silence, it would take all requests with it.
    const connection = await connect(engine.uri, { dbName: embeddedName, isPatient: true })
    return {
      connection,
      embedded: true,
      location: engine.directory,
      failed: engine.failed,
      async close() {
        await connection.close()
        await engine.stop()
      },
    }
  } catch (error) {
    await engine.stop()
    throw error
  }
}

/** The embedded engine that another process runs. What is said of its end here is that nothing is known of it. */
export async function openRunning(uri: string, directory: string): Promise<Database> {
  const connection = await connect(uri, { dbName: embeddedName, isPatient: true }).catch((error: unknown) => {
    throw new DatabaseError(`The engine of ${directory} cannot be reached: ${reasonOf(error)}`, error)
  })
  return {
    connection,
    embedded: true,
    location: directory,
    failed: new Promise(() => undefined),
    close: () => connection.close(),
  }
}

/** `hint` is for whoever gave an address at which there is no MongoDB. */
export async function openMongo(
  uri: string,
  {
    hint = 'MONGODB_URI says where it is; without it the embedded engine is used.',
    ...patience
  }: Patience & { readonly hint?: string } = {},
): Promise<Database> {
  const connection = await connect(uri, patience).catch((error: unknown) => {
    throw new DatabaseError(`MongoDB cannot be reached: ${withoutCredentials(reasonOf(error))}\n${hint}`, error)
  })
  try {
    await refuseStandalone(connection)
  } catch (error) {
    await connection.close()
    throw error
  }
  const hosts = connection.getClient().options.hosts.map(String)
  return {
    connection,
    embedded: false,
    location: `${hosts.join(', ')}, database ${connection.name}`,
    failed: new Promise(() => undefined),
    close: () => connection.close(),
  }
}

/** Every read and write waits for a majority: what has been answered survives the loss of a node. */
async function connect(
  uri: string,
  { isPatient = false, ...options }: Patience & { readonly dbName?: string },
): Promise<Connection> {
  const connection = createConnection(uri, {
    ...options,
    readConcern: { level: 'majority' },
    writeConcern: { w: 'majority' },
    readPreference: 'primary',
    serverSelectionTimeoutMS: serverSelectionTimeoutMs,
    heartbeatFrequencyMS: heartbeatMs,
    connectTimeoutMS: connectTimeoutMs,
    ...(isPatient ? patient : {}),
    // mongoose would keep what is asked while the database is away for 10 s, and then fail with an error of its own.
    bufferCommands: false,
    autoIndex: false,
    autoCreate: false,
    // An operator inside of a value becomes `$eq` to it; our own are marked with mongoose's `trusted`.
    sanitizeFilter: true,
  })
  try {
    return await connection.asPromise()
  } catch (error) {
    await connection.close()
    throw error
  }
}

/** A standalone server has no transactions and no change streams; a replica set of one node has both. */
async function refuseStandalone(connection: Connection): Promise<void> {
  const hello = await connection.db?.command({ hello: 1 })
  if (hello?.setName !== undefined || hello?.msg === 'isdbgrid') return
  throw new DatabaseError(
    [
      'This MongoDB is a standalone server, which has no transactions. A replica set of a single node will do:',
      '  mongod --replSet rs0 --dbpath … --port 27017',
      `  mongosh --eval 'rs.initiate()'`,
      '  MONGODB_URI=mongodb://127.0.0.1:27017/rolecall?replicaSet=rs0 npm start',
    ].join('\n'),
  )
}

function withoutCredentials(text: string): string {
  return text.replace(/\/\/[^@/\s]*@/g, '//')
}
