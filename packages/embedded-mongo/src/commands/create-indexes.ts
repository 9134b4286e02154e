import type { Commit } from '../engine/commits.ts'
import { CommandError } from '../errors.ts'
import { type Catalogue, type Collection, type Index, splitNamespace } from '../storage/catalogue.ts'
import * as storage from '../storage/documents.ts'
import * as keys from '../storage/keys.ts'
import { decode } from '../values/codec.ts'
import type { Command } from './command.ts'
import * as fields from './fields.ts'
import { isSameIndex, readIndexSpec } from './index-specs.ts'
import { namespaceOf } from './namespaces.ts'

const maxIndexes = 64

export const createIndexes: Command = {
  fields: ['indexes', 'commitQuorum', 'ignoreUnknownIndexOptions'],
  inTransaction: false,
  async run({ catalogue, commits }, request) {
    const namespace = namespaceOf(request)
    const specs = (fields.documents(request.body, 'indexes') ?? []).map(readIndexSpec)
    if (specs.length === 0) throw new CommandError('BadValue', 'Must specify at least one index to create')
    const { result, time } = await commits.run((commit) => {
      const existing = catalogue.find(namespace)
      const missing = specs.filter((spec) => !existing?.indexes.some((index) => isSameIndex(namespace, index, spec)))
      if ((existing?.indexes.length ?? 1) + missing.length > maxIndexes) {
        throw new CommandError('CannotCreateIndex', `add index fails, too many indexes for ${namespace}`)
      }
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
    const isUnchanged = result.numIndexesBefore === result.numIndexesAfter
    return { fields: { ...result, ...(isUnchanged && { note: 'all indexes already exist' }) }, time }
  },
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
