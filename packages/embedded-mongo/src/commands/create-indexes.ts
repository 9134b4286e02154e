import type { Commit } from '../engine/commits.ts'
import type { Engine } from '../engine/engine.ts'
import { CommandError } from '../errors.ts'
import { ofCatalogue } from '../oplog/entries.ts'
import { type Catalogue, type Collection, type Index, withIndex } from '../storage/catalogue.ts'
import * as storage from '../storage/documents.ts'
import * as keys from '../storage/keys.ts'
import type { View } from '../storage/view.ts'
import type { Transaction } from '../transactions/transactions.ts'
import { decode } from '../values/codec.ts'
import type { Doc } from '../values/doc.ts'
import type { Command } from './command.ts'
import * as fields from './fields.ts'
import { isSameIndex, readIndexSpec } from './index-specs.ts'
import { namespaceOf } from './namespaces.ts'

const maxIndexes = 64

export const createIndexes: Command = {
  fields: ['indexes', 'commitQuorum', 'ignoreUnknownIndexOptions'],
  inTransaction: true,
  async run(engine, request) {
    const { catalogue, commits } = engine
    const namespace = namespaceOf(request)
    const specs = (fields.documents(request.body, 'indexes') ?? []).map(readIndexSpec)
    if (specs.length === 0) throw new CommandError('BadValue', 'Must specify at least one index to create')
    if (request.transaction) return { fields: await inTransaction(engine, request.transaction, namespace, specs) }
    const { result, time } = await commits.run((commit) => {
      const existing = catalogue.find(namespace)
      const missing = missingOf(namespace, existing, specs)
      const before = existing ?? catalogue.describe(commit.time(), namespace)
      const planned = withMissing(catalogue, before, missing, commit.time())
      const added = planned.indexes.slice(before.indexes.length)
      fillAll(commit.transaction, before, added)
      // From here on nothing is refused: all that was asked for is there, or nothing of it.
      if (!existing) catalogue.add(commit.transaction, commit.time(), planned)
      else if (planned !== existing) catalogue.replace(commit.transaction, planned)
      if (planned !== existing) commit.record(ofCatalogue(planned))
      return answerOf(existing, before, planned)
    })
    return { fields: result, time }
  },
}

const answerOf = (existing: Collection | undefined, before: Collection, after: Collection): Doc => ({
  numIndexesBefore: before.indexes.length,
  numIndexesAfter: after.indexes.length,
  createdCollectionAutomatically: !existing,
  ...(before.indexes.length === after.indexes.length && { note: 'all indexes already exist' }),
})

const missingOf = (namespace: string, existing: Collection | undefined, specs: readonly Doc[]): readonly Doc[] => {
  const missing = specs.filter((spec) => !existing?.indexes.some((index) => isSameIndex(namespace, index, spec)))
  if ((existing?.indexes.length ?? 1) + missing.length > maxIndexes) {
    throw new CommandError('CannotCreateIndex', `add index fails, too many indexes for ${namespace}`)
  }
  return missing
}

/** As the collection will be. Refuses specs that contradict each other. */
const withMissing = (catalogue: Catalogue, collection: Collection, missing: readonly Doc[], time: bigint): Collection =>
  missing.reduce((before, spec) => {
    if (before.indexes.some((index) => isSameIndex(before.namespace, index, spec))) return before
    return withIndex(before, catalogue.describeIndex(before, time, spec))
  }, collection)

/** As MongoDB has it: a transaction makes indexes of a collection that it makes too, before anything is in it. */
const inTransaction = (
  { transactions, catalogue }: Engine,
  transaction: Transaction,
  namespace: string,
  specs: readonly Doc[],
): Promise<Doc> =>
  transactions.statement(transaction, ({ change, time }) => {
    const existing = transactions.collection(transaction, namespace)
    const missing = missingOf(namespace, existing, specs)
    if (existing && missing.length > 0 && !(transaction.made.has(namespace) && isEmpty(existing, change.view))) {
      throw new CommandError(
        'OperationNotSupportedInTransaction',
        `Cannot create new indexes on existing collection ${namespace} in a multi-document transaction.`,
      )
    }
    const collection = existing ?? transactions.make(transaction, namespace)
    const planned = withMissing(catalogue, collection, missing, time)
    if (planned !== collection) transaction.made.set(namespace, planned)
    return answerOf(existing, collection, planned)
  })

const isEmpty = ({ id }: Collection, view: View): boolean => {
  const prefix = keys.documentPrefix(id)
  for (const _ of view.range({ start: prefix, end: keys.after(prefix) })) return false
  return true
}

/** Fills indexes from the documents. If one of them cannot be filled, nothing stays of any. */
const fillAll = (transaction: Commit['transaction'], collection: Collection, indexes: readonly Index[]): void => {
  try {
    for (const index of indexes) fill(transaction, collection, index)
  } catch (error) {
    for (const { id } of indexes) {
      keys.clear(transaction, keys.indexPrefix(collection.id, id))
      transaction.remove(keys.multikeyKey(collection.id, id))
    }
    throw error
  }
}

const documentsPerPart = 500

const fill = (transaction: Commit['transaction'], collection: Collection, index: Index): void => {
  const prefix = keys.documentPrefix(collection.id)
  const end = keys.after(prefix)
  let start = prefix
  for (;;) {
    // In parts: what is read must not be a range that is open while something is put.
    const part: storage.Stored[] = []
    let last: Buffer | undefined
    for (const { key, value } of transaction.range({ start, end })) {
      last = Buffer.from(key)
      part.push({ id: last.subarray(prefix.length), bytes: value, doc: decode(value) })
      if (part.length === documentsPerPart) break
    }
    for (const stored of part) storage.addToIndex(transaction, collection, index, stored)
    if (!last || part.length < documentsPerPart) return
    start = Buffer.concat([last, Buffer.from([0])])
  }
}
