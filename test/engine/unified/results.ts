import type {
  BulkWriteResult,
  ClientBulkWriteResult,
  ClientInsertOneResult,
  ClientUpdateResult,
  Document,
} from 'mongodb'

/** The driver's results as the documents that the specifications describe. */
export const asDocument = (result: unknown): unknown => {
  if (isBulkWriteResult(result)) return bulkWriteResult(result)
  if (isClientBulkWriteResult(result)) return clientBulkWriteResult(result)
  if (isUpdateResult(result) && result.upsertedId === null) {
    const { upsertedId: _, ...rest } = result
    return rest
  }
  return result
}

// The driver does not publish the class of these results.
const isBulkWriteResult = (result: unknown): result is BulkWriteResult =>
  typeof result === 'object' && result !== null && 'getWriteConcernError' in result

const bulkWriteResult = (result: BulkWriteResult): Document => {
  const { insertedCount, matchedCount, modifiedCount, deletedCount, upsertedCount, insertedIds, upsertedIds } = result
  return { insertedCount, matchedCount, modifiedCount, deletedCount, upsertedCount, insertedIds, upsertedIds }
}

/** The driver lists as inserted what it has tried before it lost the connection; the field is an optional one. */
export const failedBulkWrite = (result: BulkWriteResult): Document => {
  const { insertedIds: _, ...rest } = bulkWriteResult(result)
  return rest
}

const isUpdateResult = (result: unknown): result is Document =>
  typeof result === 'object' && result !== null && 'upsertedId' in result && 'matchedCount' in result

const isClientBulkWriteResult = (result: unknown): result is ClientBulkWriteResult =>
  typeof result === 'object' && result !== null && 'insertResults' in result && 'acknowledged' in result

const clientBulkWriteResult = (result: ClientBulkWriteResult): Document => ({
  ...result,
  insertResults: fromMap<ClientInsertOneResult>(result.insertResults),
  updateResults: fromMap<ClientUpdateResult>(result.updateResults),
  deleteResults: fromMap(result.deleteResults),
})

export const fromMap = <T>(map: ReadonlyMap<number, T> | undefined): Document | undefined =>
  map && Object.fromEntries([...map].map(([key, value]) => [key, asDocument(value)]))
