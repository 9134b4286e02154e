/** Plays a case on two servers at once, and says where they part. */
import { type Document, EJSON } from 'bson'
import { type ClientSession, type Db, type MongoClient, MongoServerError } from 'mongodb'
import { type Actor, type Case, collections, type Step } from './cases.ts'
import type { Operation } from './operations.ts'
import { knownIdPrefix } from './values.ts'

/** One of the two servers, with the database that is played in. */
export interface Player {
  readonly client: MongoClient
  readonly db: Db
}

/** Where the two part: what they answered to a step, or the documents that it left. */
export interface Difference {
  readonly step: Step
  readonly kind: 'answers' | 'documents'
  /** The documents before the step. */
  readonly before: string
  readonly ours: string
  readonly theirs: string
}

export interface Played {
  readonly operations: number
  readonly difference: Difference | undefined
}

/** So that a number's type is part of the answer. */
const exact = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true } as const

const ofTheMoment = /\{"\$date":\{"\$numberLong":"1[6-9]\d{11}"\}\}|\{"\$timestamp":\{"t":\d{10},"i":\d+\}\}/g
const madeId = new RegExp(`"\\$oid":"(?!${knownIdPrefix})[0-9a-f]{24}"`, 'g')

/** Every value with its type; what a server makes by its clock or by chance looks the same in both. */
const textOf = (value: unknown): string =>
  EJSON.stringify(value, { relaxed: false }).replace(ofTheMoment, '"now"').replace(madeId, '"$oid":"made"')

const sortedTexts = (values: readonly unknown[]): string[] => values.map(textOf).sort()

/** The parts of an answer that both must give. */
const answerOf = (reply: Document, { name, body, isOrdered }: Operation): unknown => {
  if (reply.cursor) {
    const documents: Document[] = reply.cursor.firstBatch
    if (isOrdered) return documents
    return sortedTexts(hasSets(body) ? documents.map(withSortedSets) : documents)
  }
  if (name === 'distinct') return sortedTexts(reply.values)
  const { n, nModified, upserted, value, lastErrorObject, writeErrors } = reply
  const errors: Document[] | undefined = writeErrors
  return {
    n,
    nModified,
    upserted,
    value,
    lastErrorObject,
    writeErrors: errors?.map(({ index, code, keyPattern, keyValue }) => ({ index, code, keyPattern, keyValue })),
  }
}

const hasSets = (body: Document): boolean => EJSON.stringify(body).includes('$addToSet')

const withSortedSets = (document: Document): Document =>
  Array.isArray(document.result) ? { ...document, result: sortedTexts(document.result) } : document

const run = async (player: Player, step: Step, collection: string, session?: ClientSession): Promise<unknown> => {
  const { operation } = step
  try {
    if (operation === 'commit') return await session?.commitTransaction()
    if (operation === 'abort') return await session?.abortTransaction()
    const command = { [operation.name]: collection, ...operation.body }
    const reply = await player.db.command(command, { ...exact, ...(session && { session }) })
    return answerOf(reply, operation)
  } catch (error) {
    if (!(error instanceof MongoServerError)) throw error
    const { code, keyPattern, keyValue } = error
    return { code, keyPattern, keyValue, labels: error.errorLabels.filter((label) => label.startsWith('Transient')) }
  }
}

/** Makes the collections of all cases with their indexes. */
export const prepare = async ({ db }: Player): Promise<void> => {
  await db.dropDatabase()
  for (const { name, indexes } of collections) {
    await db.createCollection(name)
    if (indexes.length > 0) await db.command({ createIndexes: name, indexes })
  }
}

const reset = async ({ db }: Player, { collection, documents }: Case): Promise<void> => {
  await db.collection(collection.name).deleteMany({})
  if (documents.length > 0) await db.command({ insert: collection.name, documents, ordered: false })
}

/** The documents as they come when nobody asks for an order. */
const contentOf = async ({ db }: Player, collection: string): Promise<readonly string[]> =>
  (await db.collection(collection).find({}, exact).toArray()).map(textOf)

const sorted = (content: readonly string[]): string => content.toSorted().join('\n')

type Sessions = ReadonlyMap<Actor, ClientSession>

const beginTransactions = ({ client }: Player, steps: readonly Step[]): Sessions =>
  new Map(
    (['first', 'second'] as const)
      .filter((actor) => steps.some((step) => step.actor === actor))
      .map((actor) => [actor, client.startSession()]),
  )

const sessionOf = (sessions: Sessions, { actor, operation }: Step): ClientSession | undefined => {
  const session = sessions.get(actor)
  if (session && !session.inTransaction() && typeof operation !== 'string') {
    session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } })
  }
  return session
}

const endAll = async (sessions: readonly Sessions[]): Promise<void> => {
  for (const session of sessions.flatMap((one) => [...one.values()])) await session.endSession()
}

const writes = (operation: Step['operation']): boolean =>
  operation === 'commit' ||
  (typeof operation !== 'string' && ['delete', 'findAndModify', 'insert', 'update'].includes(operation.name))

/** Ends at the first difference. One that is decided ends the case too if the servers have gone different ways. */
export const play = async (
  ours: Player,
  theirs: Player,
  given: Case,
  isDecided: (difference: Difference) => boolean,
): Promise<Played> => {
  const both = <T>(task: (player: Player) => Promise<T>): Promise<[T, T]> => Promise.all([task(ours), task(theirs)])
  const { name } = given.collection
  await both((player) => reset(player, given))
  const sessions = [beginTransactions(ours, given.steps), beginTransactions(theirs, given.steps)] as const
  let [before] = await both((player) => contentOf(player, name))
  let operations = 0
  try {
    for (const step of given.steps) {
      if (typeof step.operation === 'string' && !sessions[0].get(step.actor)?.inTransaction()) continue
      const [mine, other] = await Promise.all([
        run(ours, step, name, sessionOf(sessions[0], step)),
        run(theirs, step, name, sessionOf(sessions[1], step)),
      ])
      operations += 1
      const [after, otherAfter] = writes(step.operation)
        ? await both((player) => contentOf(player, name))
        : [before, before]
      const differences: Difference[] = [
        { step, kind: 'answers' as const, before: sorted(before), ours: textOf(mine), theirs: textOf(other) },
        { step, kind: 'documents' as const, before: sorted(before), ours: sorted(after), theirs: sorted(otherAfter) },
      ].filter((found) => found.ours !== found.theirs)
      // Documents that differ after answers that do are no news.
      const [difference] = differences
      if (difference && !isDecided(difference)) return { operations, difference }
      if (difference && writes(step.operation)) break
      // What comes first where no order is asked for is everyone's own; from there on the two cannot be compared.
      if (after.join() !== otherAfter.join()) break
      before = after
    }
  } finally {
    await endAll(sessions)
  }
  return { operations, difference: undefined }
}
