import type { Db } from 'mongodb'
import { openedStream, startedCursor } from './cursor.ts'
import { documents, type Operations, plain } from './operation.ts'

const common = ['session', 'comment', 'rawData', 'maxTimeMS']
const creating = [
  'capped',
  'changeStreamPreAndPostImages',
  'clusteredIndex',
  'expireAfterSeconds',
  'max',
  'pipeline',
  'size',
  'timeseries',
  'validator',
  'viewOn',
]

const runningCursor = [
  'command',
  'commandName',
  'readPreference',
  'session',
  'cursorType',
  'batchSize',
  'maxTimeMS',
  'comment',
]

const runCursor = (
  db: Db,
  { command, commandName: _, batchSize, maxTimeMS, comment, cursorType, ...options }: Given,
) => {
  const isTailable = cursorType === 'tailable' || cursorType === 'tailableAwait'
  const cursor = db.runCursorCommand(command, {
    ...options,
    ...(isTailable && { tailable: true, awaitData: cursorType === 'tailableAwait' }),
  })
  if (batchSize !== undefined) cursor.setBatchSize(batchSize)
  if (maxTimeMS !== undefined) cursor.setMaxTimeMS(maxTimeMS)
  if (comment !== undefined) cursor.setComment(comment)
  return cursor
}

type Given = Parameters<Operations<Db>[string]['run']>[1]

export const databaseOperations: Operations<Db> = {
  aggregate: documents([...common, 'pipeline', 'allowDiskUse', 'batchSize', 'let'], (db, { pipeline, ...options }) =>
    db.aggregate(pipeline, options).toArray(),
  ),
  createChangeStream: plain(
    [...common, 'pipeline', 'batchSize', 'showExpandedEvents'],
    (db, { pipeline, ...options }) => openedStream(db.watch(pipeline, options)),
  ),
  createCollection: plain([...common, ...creating, 'collection'], (db, { collection, ...options }) =>
    db.createCollection(collection, options),
  ),
  createCommandCursor: plain(runningCursor, (db, given) => startedCursor(runCursor(db, given))),
  dropCollection: plain([...common, 'collection'], (db, { collection, ...options }) =>
    db.dropCollection(collection, options),
  ),
  listCollectionNames: plain([...common, 'filter', 'batchSize'], async (db, { filter, ...options }) =>
    (await db.listCollections(filter, { ...options, nameOnly: true }).toArray()).map(({ name }) => name),
  ),
  listCollectionObjects: plain([...common, 'filter'], async (db, options) =>
    (await db.collections(options)).map(({ collectionName }) => collectionName),
  ),
  listCollections: documents([...common, 'filter', 'batchSize'], (db, { filter, ...options }) =>
    db.listCollections(filter, options).toArray(),
  ),
  modifyCollection: plain([...common, 'collection', 'changeStreamPreAndPostImages', 'validator'], (db, given) => {
    const { collection, session, ...changes } = given
    return db.command({ collMod: collection, ...changes }, session ? { session } : {})
  }),
  runCommand: plain(['command', 'commandName', 'readPreference', 'session'], (db, given) => {
    const { command, commandName: _, ...options } = given
    return db.command(command, options)
  }),
  runCursorCommand: documents(runningCursor, (db, given) => runCursor(db, given).toArray()),
}
