import type { AnyClientBulkWriteModel, Document, MongoClient } from 'mongodb'
import { Unknown } from '../format.ts'
import { openedStream } from './cursor.ts'
import { documents, type Operations, plain } from './operation.ts'

const common = ['session', 'comment', 'maxTimeMS']

const listDatabases = async (client: MongoClient, options: Document): Promise<readonly Document[]> =>
  (await client.db('admin').admin().listDatabases(options)).databases

/** The format has a model under its name, the driver has the name within. */
const bulkModels = (models: readonly Document[]): AnyClientBulkWriteModel<Document>[] =>
  models.map((model) => {
    const [[name, fields] = ['', {}], ...others] = Object.entries(model)
    if (others.length > 0) throw new Unknown('A model with several names')
    return { name, ...fields } as AnyClientBulkWriteModel<Document>
  })

export const clientOperations: Operations<MongoClient> = {
  clientBulkWrite: plain(
    [...common, 'models', 'ordered', 'verboseResults', 'bypassDocumentValidation', 'let', 'writeConcern', 'rawData'],
    (client, { models, ...options }) => client.bulkWrite(bulkModels(models), options),
  ),
  close: plain([], (client) => client.close()),
  createChangeStream: plain([...common, 'pipeline', 'batchSize', 'showExpandedEvents'], (client, given) => {
    const { pipeline, ...options } = given
    return openedStream(client.watch(pipeline, options))
  }),
  dropDatabase: plain([...common, 'database'], (client, { database, ...options }) =>
    client.db(database).dropDatabase(options),
  ),
  listDatabaseNames: plain([...common, 'filter'], async (client, options) =>
    (await listDatabases(client, { ...options, nameOnly: true })).map(({ name }) => name),
  ),
  // The driver has no method that gives them as objects: they are its handles of the names.
  listDatabaseObjects: plain([...common, 'filter'], async (client, options) =>
    (await listDatabases(client, { ...options, nameOnly: true })).map(({ name }) => client.db(name).databaseName),
  ),
  listDatabases: documents([...common, 'filter'], listDatabases),
}
