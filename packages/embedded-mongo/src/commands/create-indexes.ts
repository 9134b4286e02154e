import type { Commit } from '../engine/commits.ts'
import type { Engine } from '../engine/engine.ts'
import { CommandError } from '../errors.ts'
import { type Catalogue, type Collection, type Index, splitNamespace, withIndex } from '../storage/catalogue.ts'
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
      if (!existing) tell(commit, namespace)
      const collection = existing ?? catalogue.create(commit.transaction, commit.time(), namespace)
      const present = missing.reduce((before, spec) => {
        if (before.indexes.some((index) => isSameIndex(namespace, index, spec))) return before
        return build(commit, catalogue, before, catalogue.describeIndex(before, commit.time(), spec))
      }, collection)
      return {
        numIndexesBefore: collection.indexes.length,
        numIndexesAfter: present.indexes.length,
        createdCollectionAutomatically: !existing,
      }
    })
    return { fields: noted(result), time }
  },
}

interface Counts {
  readonly numIndexesBefore: number
  readonly numIndexesAfter: number
  readonly createdCollectionAutomatically: boolean
}

const noted = (counts: Counts): Doc => ({
  ...counts,
  ...(counts.numIndexesBefore === counts.numIndexesAfter && { note: 'all indexes already exist' }),
})

const missingOf = (namespace: string, existing: Collection | undefined, specs: readonly Doc[]): readonly Doc[] => {
  const missing = specs.filter((spec) => !existing?.indexes.some((index) => isSameIndex(namespace, index, spec)))
  if ((existing?.indexes.length ?? 1) + missing.length > maxIndexes) {
    throw new CommandError('CannotCreateIndex', `add index fails, too many indexes for ${namespace}`)
  }
  return missing
}

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
    const present = missing.reduce((before, spec) => {
      if (before.indexes.some((index) => isSameIndex(namespace, index, spec))) return before
      return withIndex(before, catalogue.describeIndex(before, time, spec))
    }, collection)
    if (present !== collection) transaction.made.set(namespace, present)
    return noted({
      numIndexesBefore: collection.indexes.length,
      numIndexesAfter: present.indexes.length,
      createdCollectionAutomatically: !existing,
    })
  })

const isEmpty = ({ id }: Collection, view: View): boolean => {
  const prefix = keys.documentPrefix(id)
  for (const _ of view.range({ start: prefix, end: keys.after(prefix) })) return false
  return true
}

const tell = (commit: Commit, namespace: string): void => {
  const { db, name } = splitNamespace(namespace)
  commit.record({ kind: 'other', db, collection: name })
}

/** Fills the index from the documents. Of one that cannot be filled nothing stays. */
const build = (commit: Commit, catalogue: Catalogue, collection: Collection, index: Index): Collection => {
  const { transaction } = commit
  try {
    fill(transaction, collection, index)
  } catch (error) {
    keys.clear(transaction, keys.indexPrefix(collection.id, index.id))
    transaction.remove(keys.multikeyKey(collection.id, index.id))
    throw error
  }
  tell(commit, collection.namespace)
  return catalogue.addIndex(transaction, collection, index)
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
