import { type Document, MongoServerError } from 'mongodb'
import type { Entities } from '../entities.ts'
import type { FailPoints } from '../fail-points.ts'
import { checkKeys, Unknown } from '../format.ts'
import { exact, Mismatch, show } from '../match.ts'
import type { Server } from '../server.ts'
import { timeLimit } from '../time-limit.ts'

/** What the operations of the test runner itself work on. */
export interface Stage {
  readonly entities: Entities
  readonly failPoints: FailPoints
  readonly server: Server
}

interface SpecialOperation {
  readonly takes: readonly string[]
  run(given: Document, stage: Stage): Promise<void> | void
}

const eventTimeoutMs = 10_000

const holds = (condition: boolean, message: string): void => {
  if (!condition) throw new Mismatch(message)
}

const lastTwoLsids = (entities: Entities, client: string): readonly [string, string] => {
  const started = entities.get('client', client).observer.seen.filter(({ kind }) => kind === 'commandStartedEvent')
  const [first, second] = started.slice(-2).map(({ event }) => (event.command as Document).lsid)
  if (!first || !second) throw new Mismatch('The last two commands have no lsid')
  return [exact(first), exact(second)]
}

const collectionNames = async ({ server }: Stage, database: string): Promise<readonly string[]> =>
  (await server.client.db(database).listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name)

const indexNames = async (
  { server }: Stage,
  { databaseName, collectionName }: Document,
): Promise<readonly string[]> => {
  const collection = server.client.db(databaseName).collection(collectionName)
  const indexes = await collection
    .listIndexes()
    .toArray()
    .catch((error: unknown) => {
      if (error instanceof MongoServerError && error.codeName === 'NamespaceNotFound') return []
      throw error
    })
  return indexes.map(({ name }) => name)
}

const states: Readonly<Record<string, string>> = {
  none: 'NO_TRANSACTION',
  starting: 'STARTING_TRANSACTION',
  in_progress: 'TRANSACTION_IN_PROGRESS',
  committed: 'TRANSACTION_COMMITTED',
  aborted: 'TRANSACTION_ABORTED',
}

const named = ['databaseName', 'collectionName']
const namedIndex = [...named, 'indexName']

const specialOperations: Readonly<Record<string, SpecialOperation>> = {
  assertCollectionExists: {
    takes: named,
    async run({ databaseName, collectionName }, stage) {
      const names = await collectionNames(stage, databaseName)
      holds(names.includes(collectionName), `There is no collection ${collectionName}`)
    },
  },
  assertCollectionNotExists: {
    takes: named,
    async run({ databaseName, collectionName }, stage) {
      const names = await collectionNames(stage, databaseName)
      holds(!names.includes(collectionName), `There is a collection ${collectionName}`)
    },
  },
  assertDifferentLsidOnLastTwoCommands: {
    takes: ['client'],
    run({ client }, { entities }) {
      const [first, second] = lastTwoLsids(entities, client)
      holds(first !== second, 'The last two commands have the same lsid')
    },
  },
  assertIndexExists: {
    takes: namedIndex,
    async run(given, stage) {
      const names = await indexNames(stage, given)
      holds(names.includes(given.indexName), `There is no index ${given.indexName}`)
    },
  },
  assertIndexNotExists: {
    takes: namedIndex,
    async run(given, stage) {
      const names = await indexNames(stage, given)
      holds(!names.includes(given.indexName), `There is an index ${given.indexName}`)
    },
  },
  assertNumberConnectionsCheckedOut: {
    takes: ['client', 'connections'],
    run({ client, connections }, { entities }) {
      const number = entities.get('client', client).checkedOut()
      holds(number === connections, `${number} connections are checked out, where ${connections} are expected`)
    },
  },
  assertSameLsidOnLastTwoCommands: {
    takes: ['client'],
    run({ client }, { entities }) {
      const [first, second] = lastTwoLsids(entities, client)
      holds(first === second, 'The last two commands have different lsids')
    },
  },
  assertSessionDirty: {
    takes: ['session'],
    run: ({ session }, { entities }) =>
      holds(entities.get('session', session).session.serverSession.isDirty, 'The session is not dirty'),
  },
  assertSessionNotDirty: {
    takes: ['session'],
    run: ({ session }, { entities }) =>
      holds(!entities.get('session', session).session.serverSession.isDirty, 'The session is dirty'),
  },
  assertSessionPinned: {
    takes: ['session'],
    run: ({ session }, { entities }) =>
      holds(entities.get('session', session).session.isPinned, 'The session is not pinned'),
  },
  assertSessionTransactionState: {
    takes: ['session', 'state'],
    run({ session, state }, { entities }) {
      // The driver does not publish the state of a transaction.
      const { transaction } = entities.get('session', session).session as unknown as { transaction: { state: string } }
      holds(transaction.state === states[state], `The transaction is ${transaction.state}, where ${state} is expected`)
    },
  },
  assertSessionUnpinned: {
    takes: ['session'],
    run: ({ session }, { entities }) =>
      holds(!entities.get('session', session).session.isPinned, 'The session is pinned'),
  },
  createEntities: {
    takes: ['entities'],
    run: (given, { entities }) => entities.create(given.entities),
  },
  failPoint: {
    // One test gives a session too; the format knows none here, and a fail point belongs to no session.
    takes: ['client', 'failPoint', 'session'],
    run: ({ client, failPoint }, { entities, failPoints }) =>
      failPoints.set(entities.get('client', client).client, failPoint),
  },
  waitForEvent: {
    takes: ['client', 'event', 'count'],
    run: ({ client, event, count }, { entities }) =>
      timeLimit(
        eventTimeoutMs,
        `${client} has not published ${count} times ${show(event)}`,
        entities.get('client', client).observer.until(event, count, entities),
      ),
  },
}

export const runSpecial = async (name: string, given: Document, stage: Stage): Promise<void> => {
  const operation = Object.hasOwn(specialOperations, name) ? specialOperations[name] : undefined
  if (!operation) throw new Unknown(`The operation ${name} of the test runner`)
  checkKeys(`The operation ${name}`, given, operation.takes)
  await operation.run(given, stage)
}
