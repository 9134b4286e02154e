import {
  type AbstractCursor,
  type ChangeStream,
  type ClientSession,
  type Collection,
  type Db,
  type Document,
  GridFSBucket,
  MongoClient,
} from 'mongodb'
import { withConcerns } from './concerns.ts'
import { type Observer, observe } from './events.ts'
import { checkKeys, type EntityDescription, Unknown } from './format.ts'
import type { Lookup } from './match.ts'

/** What a test names, by its kind. */
export interface Kinds {
  client: { readonly client: MongoClient; readonly observer: Observer; readonly checkedOut: () => number }
  database: Db
  collection: Collection
  session: { readonly session: ClientSession; readonly lsid: Document | undefined }
  bucket: GridFSBucket
  changeStream: ChangeStream
  cursor: AbstractCursor
  value: unknown
}

export type KindName = keyof Kinds

type Entity = { [Kind in KindName]: { readonly kind: Kind; readonly is: Kinds[Kind] } }[KindName]

export interface Entities extends Lookup {
  get<Kind extends KindName>(kind: Kind, name: string): Kinds[Kind]
  kindOf(name: string): KindName
  add<Kind extends KindName>(kind: Kind, name: string, entity: Kinds[Kind]): void
  create(descriptions: readonly EntityDescription[]): Promise<void>
  stopObserving(): void
  /** Ends sessions, cursors and clients. */
  close(): Promise<void>
}

/** The entities of one test, which are shared with no other. */
export const createEntities = (uri: string): Entities => {
  const entities = new Map<string, Entity>()

  const find = (name: string): Entity => {
    const entity = entities.get(name)
    if (!entity) throw new Unknown(`There is no entity ${name}`)
    return entity
  }
  const get = <Kind extends KindName>(kind: Kind, name: string): Kinds[Kind] => {
    const entity = find(name)
    if (entity.kind !== kind) throw new Unknown(`The entity ${name} is a ${entity.kind}, not a ${kind}`)
    return entity.is as Kinds[Kind]
  }
  const add = <Kind extends KindName>(kind: Kind, name: string, is: Kinds[Kind]): void => {
    if (entities.has(name)) throw new Unknown(`There are two entities ${name}`)
    entities.set(name, { kind, is } as Entity)
  }
  const all = <Kind extends KindName>(kind: Kind): readonly Kinds[Kind][] =>
    [...entities.values()].flatMap((entity) => (entity.kind === kind ? [entity.is as Kinds[Kind]] : []))

  const makers: Readonly<Record<string, (described: Document) => unknown>> = {
    async client({ id, ...described }) {
      const made = makeClient(uri, described)
      add('client', id, made)
      await made.client.connect()
    },
    database({ id, client, databaseName, databaseOptions = {}, ...more }) {
      checkKeys(`The database ${id}`, more, [])
      add('database', id, get('client', client).client.db(databaseName, readOptions(databaseOptions)))
    },
    collection({ id, database, collectionName, collectionOptions = {}, ...more }) {
      checkKeys(`The collection ${id}`, more, [])
      add('collection', id, get('database', database).collection(collectionName, readOptions(collectionOptions)))
    },
    session({ id, client, sessionOptions = {}, ...more }) {
      checkKeys(`The session ${id}`, more, [])
      checkKeys('The options of a session', sessionOptions, [
        'causalConsistency',
        'snapshot',
        'defaultTransactionOptions',
      ])
      const { defaultTransactionOptions = {}, ...options } = sessionOptions
      const session = get('client', client).client.startSession({
        ...options,
        defaultTransactionOptions: withConcerns(defaultTransactionOptions),
      })
      // A session that has ended gives its id back, and events are checked after that.
      add('session', id, { session, lsid: session.id })
    },
    bucket({ id, database, bucketOptions = {}, ...more }) {
      checkKeys(`The bucket ${id}`, more, [])
      add('bucket', id, new GridFSBucket(get('database', database), withConcerns(bucketOptions)))
    },
  }

  return {
    get,
    kindOf: (name) => find(name).kind,
    add,
    async create(descriptions) {
      for (const description of descriptions) {
        const [[kind, described] = ['', { id: '' }]] = Object.entries(description)
        const make = makers[kind]
        if (!make || Object.keys(description).length > 1) throw new Unknown(`An entity of kind ${kind}`)
        await make(described)
      }
    },
    value: (name) => get('value', name),
    lsid: (name) => get('session', name).lsid,
    stopObserving() {
      for (const { observer } of all('client')) observer.stop()
    },
    async close() {
      const cursors = [...all('cursor'), ...all('changeStream')]
      // A test may have closed them, or lost its connection; nothing is expected of these any more.
      await Promise.allSettled(cursors.map((cursor) => cursor.close()))
      await Promise.allSettled(all('session').map(({ session }) => session.endSession()))
      await Promise.all(all('client').map(({ client }) => client.close()))
    },
  }
}

const readOptions = (options: Document): Document => {
  checkKeys('The options', options, ['readConcern', 'readPreference', 'writeConcern'])
  return withConcerns(options)
}

const clientKeys = [
  'uriOptions',
  // For sharded clusters alone, which are not what is tested here.
  'useMultipleMongoses',
  'observeEvents',
  'ignoreCommandMonitoringEvents',
  'observeSensitiveCommands',
  'serverApi',
]

/** A client that finds a server quickly again after it was told, by a fail point, that it is none. */
const patience = { heartbeatFrequencyMS: 200, minHeartbeatFrequencyMS: 20 }

/** The driver tries a connection when it connects, of which tests that count them know nothing. */
const withoutTrial = { __skipPingOnConnect: true }

const makeClient = (uri: string, described: Document): Kinds['client'] => {
  checkKeys('The client', described, clientKeys)
  const { uriOptions = {}, observeEvents = [], ignoreCommandMonitoringEvents = [], serverApi } = described
  const quick = 'heartbeatFrequencyMS' in uriOptions ? {} : patience
  const client = new MongoClient(withOptions(uri, uriOptions), {
    monitorCommands: true,
    ...withoutTrial,
    ...quick,
    ...(serverApi && { serverApi }),
  })
  let checkedOut = 0
  client.on('connectionCheckedOut', () => {
    checkedOut += 1
  })
  client.on('connectionCheckedIn', () => {
    checkedOut -= 1
  })
  const observer = observe(client, observeEvents, {
    ignored: ignoreCommandMonitoringEvents,
    showsSecrets: described.observeSensitiveCommands === true,
  })
  return { client, observer, checkedOut: () => checkedOut }
}

/** The options of a test's client stand in its connection string, where the driver checks them. */
const withOptions = (uri: string, options: Document): string => {
  const [server, query = ''] = uri.split('?')
  const parameters = new URLSearchParams(query)
  // What asks for one server by itself must not name a set.
  if (options.directConnection === true) parameters.delete('replicaSet')
  // A set of one node has no secondary; asked directly, the node answers whoever prefers one.
  if (options.readPreference && options.readPreference !== 'primary') parameters.set('directConnection', 'true')
  for (const [name, value] of Object.entries(options)) {
    parameters.delete(name)
    for (const one of Array.isArray(value) ? value : [value]) {
      if (typeof one === 'object') throw new Unknown(`The option ${name}`)
      parameters.append(name, String(one))
    }
  }
  return `${server}?${parameters}`
}
