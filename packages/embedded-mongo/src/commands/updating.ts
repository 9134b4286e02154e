import { ObjectId } from 'bson'
import type { Matcher } from '../query/matcher.ts'
import { type Updater, upsertSeed } from '../query/update.ts'
import type { Collection } from '../storage/catalogue.ts'
import * as storage from '../storage/documents.ts'
import { encode } from '../values/codec.ts'
import type { Doc } from '../values/doc.ts'
import { checkId } from './documents.ts'

/** Gives what is stored afterwards: the very same if the update changes nothing. */
export const changeOne = (
  change: storage.Change,
  collection: Collection,
  before: storage.Stored,
  matcher: Matcher,
  updater: Updater,
): storage.Stored => {
  const positional = updater.needsPosition ? matcher.arrayIndexOf(before.doc) : undefined
  const doc = updater.apply(before.doc, { positional, isInsert: false })
  // As in MongoDB, what changes nothing meets no lock and takes none.
  if (doc === before.doc) return before
  return storage.replace(change, collection, before, doc, updater.isReplacement ? 'replace' : 'update')
}

/** Inserts what the filter and the update say of a document that is not there. */
export const upsert = (
  change: storage.Change,
  collection: Collection,
  filter: Doc,
  updater: Updater,
): storage.Stored => {
  const made = updater.apply(upsertSeed(filter), { isInsert: true })
  const doc = made._id === undefined ? { _id: new ObjectId(), ...made } : made
  checkId(doc._id)
  return storage.insert(change, collection, encode(doc), doc)
}
