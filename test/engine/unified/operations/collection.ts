import type { AnyBulkWriteOperation, Collection, Document } from 'mongodb'
import { Unknown } from '../format.ts'
import { openedStream, startedCursor } from './cursor.ts'
import { documents, type Operations, plain } from './operation.ts'

const common = ['session', 'comment', 'rawData', 'maxTimeMS']
const writing = [...common, 'bypassDocumentValidation', 'let', 'hint', 'collation']
const updating = [...writing, 'upsert', 'arrayFilters', 'sort']
const finding = [
  ...common,
  'filter',
  'sort',
  'skip',
  'limit',
  'batchSize',
  'projection',
  'collation',
  'hint',
  'let',
  'allowDiskUse',
]
const modifying = [...updating, 'projection', 'returnDocument']

const returning = ({ returnDocument, ...options }: Document): Document => {
  if (returnDocument === undefined) return options
  const moment = String(returnDocument).toLowerCase()
  if (moment !== 'before' && moment !== 'after') throw new Unknown(`returnDocument: ${returnDocument}`)
  return { ...options, returnDocument: moment }
}

export const collectionOperations: Operations<Collection> = {
  aggregate: documents([...writing, 'pipeline', 'allowDiskUse', 'batchSize'], (collection, { pipeline, ...options }) =>
    collection.aggregate(pipeline, options).toArray(),
  ),
  bulkWrite: plain([...writing, 'requests', 'ordered'], (collection, { requests, ...options }) =>
    collection.bulkWrite(requests as AnyBulkWriteOperation[], options),
  ),
  count: plain([...common, 'filter', 'skip', 'limit', 'collation', 'hint'], (collection, { filter, ...options }) =>
    collection.count(filter, options),
  ),
  countDocuments: plain(
    [...common, 'filter', 'skip', 'limit', 'collation', 'hint'],
    (collection, { filter, ...options }) => collection.countDocuments(filter, options),
  ),
  createChangeStream: plain(
    [...common, 'pipeline', 'batchSize', 'showExpandedEvents', 'fullDocument'],
    (collection, { pipeline, ...options }) => openedStream(collection.watch(pipeline, options)),
  ),
  createFindCursor: plain(finding, (collection, { filter, ...options }) =>
    startedCursor(collection.find(filter, options)),
  ),
  createIndex: plain([...common, 'keys', 'name', 'unique'], (collection, { keys, ...options }) =>
    collection.createIndex(keys, options),
  ),
  createSearchIndex: plain(['model'], (collection, { model }) =>
    collection.createSearchIndex(model as Parameters<Collection['createSearchIndex']>[0]),
  ),
  deleteMany: plain([...writing, 'filter'], (collection, { filter, ...options }) =>
    collection.deleteMany(filter, options),
  ),
  deleteOne: plain([...writing, 'filter'], (collection, { filter, ...options }) =>
    collection.deleteOne(filter, options),
  ),
  distinct: plain([...common, 'fieldName', 'filter', 'collation', 'hint'], (collection, given) => {
    const { fieldName, filter, ...options } = given
    return collection.distinct(fieldName, filter, options)
  }),
  dropIndex: plain([...common, 'name'], (collection, { name, ...options }) => collection.dropIndex(name, options)),
  dropIndexes: plain(common, (collection, options) => collection.dropIndexes(options)),
  dropSearchIndex: plain(['name'], (collection, { name }) => collection.dropSearchIndex(name)),
  estimatedDocumentCount: plain(common, (collection, options) => collection.estimatedDocumentCount(options)),
  find: documents(finding, (collection, { filter, ...options }) => collection.find(filter, options).toArray()),
  findOne: plain(finding, (collection, { filter, ...options }) => collection.findOne(filter, options)),
  findOneAndDelete: plain([...modifying, 'filter'], (collection, { filter, ...options }) =>
    collection.findOneAndDelete(filter, options),
  ),
  findOneAndReplace: plain([...modifying, 'filter', 'replacement'], (collection, given) => {
    const { filter, replacement, ...options } = given
    return collection.findOneAndReplace(filter, replacement, returning(options))
  }),
  findOneAndUpdate: plain([...modifying, 'filter', 'update'], (collection, given) => {
    const { filter, update, ...options } = given
    return collection.findOneAndUpdate(filter, update, returning(options))
  }),
  insertMany: plain([...writing, 'documents', 'ordered'], (collection, given) => {
    const { documents: inserted, ...options } = given
    return collection.insertMany(inserted, options)
  }),
  insertOne: plain([...writing, 'document'], (collection, { document, ...options }) =>
    collection.insertOne(document, options),
  ),
  listIndexNames: plain([...common, 'batchSize'], async (collection, options) =>
    (await collection.listIndexes(options).toArray()).map(({ name }) => name),
  ),
  listIndexes: documents([...common, 'batchSize'], (collection, options) => collection.listIndexes(options).toArray()),
  listSearchIndexes: documents(['name', 'aggregationOptions'], (collection, { name, aggregationOptions }) =>
    name === undefined
      ? collection.listSearchIndexes(aggregationOptions).toArray()
      : collection.listSearchIndexes(name, aggregationOptions).toArray(),
  ),
  rename: plain([...common, 'to', 'dropTarget'], (collection, { to, ...options }) => collection.rename(to, options)),
  replaceOne: plain([...updating, 'filter', 'replacement'], (collection, given) => {
    const { filter, replacement, ...options } = given
    return collection.replaceOne(filter, replacement, options)
  }),
  updateMany: plain([...updating, 'filter', 'update'], (collection, { filter, update, ...options }) =>
    collection.updateMany(filter, update, options),
  ),
  updateOne: plain([...updating, 'filter', 'update'], (collection, { filter, update, ...options }) =>
    collection.updateOne(filter, update, options),
  ),
  updateSearchIndex: plain(['name', 'definition'], (collection, { name, definition }) =>
    collection.updateSearchIndex(name, definition),
  ),
}
