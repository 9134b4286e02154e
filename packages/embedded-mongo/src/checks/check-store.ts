import { Buffer } from 'node:buffer'
import { readRetries } from '../sessions/retries.ts'
import type { Catalogue, Collection } from '../storage/catalogue.ts'
import * as keys from '../storage/keys.ts'
import type { View } from '../storage/view.ts'
import { type CollectionReport, checkCollection } from './check-collection.ts'
import { checkLog } from './check-log.ts'

export interface StoreReport {
  readonly collections: readonly CollectionReport[]
  readonly logEntries: number
  /** Everything that is wrong, in words; empty if nothing is. */
  readonly faults: readonly string[]
}

/** Holds everything in a store against everything else: catalogue, documents, indexes, log of changes. */
export const checkStore = (view: View, catalogue: Catalogue): StoreReport => {
  const collections = [...catalogue.all()].map((collection) => checkCollection(view, collection))
  const log = checkLog(view, catalogue)
  return {
    collections,
    logEntries: log.entries,
    faults: [
      ...collections.flatMap(faultsOf),
      ...log.faults,
      ...checkCatalogue(view, [...catalogue.all()]),
      ...checkRetries(view),
    ],
  }
}

const faultsOf = ({ namespace, damaged, indexes }: CollectionReport): string[] => [
  ...damaged.map((fault) => `${namespace}: ${fault}`),
  ...indexes.flatMap(({ name, missing, extra }) => [
    ...missing.map((fault) => `${namespace}, index ${name}: lacks ${fault}`),
    ...extra.map((fault) => `${namespace}, index ${name}: ${fault}`),
  ]),
]

/** What belongs to no collection or index, and numbers that would be given out a second time. */
const checkCatalogue = (view: View, collections: readonly Collection[]): string[] => {
  const documents = collections.map(({ id }) => keys.documentPrefix(id))
  const indexes = collections.flatMap(({ id, indexes: own }) => own.map((index) => keys.indexPrefix(id, index.id)))
  const multikeys = collections.flatMap(({ id, indexes: own }) => own.map((index) => keys.multikeyKey(id, index.id)))
  const highest = view.get(keys.metaKey('collections'))
  const given = highest ? Buffer.from(highest).readUInt32BE(0) : 0
  const ids = collections.map(({ id }) => id)
  return [
    ...strangers(view, keys.allDocuments, documents).map((key) => `documents ${key} are of no collection`),
    ...strangers(view, keys.allIndexes, indexes).map((key) => `entries ${key} are of no index`),
    ...strangers(view, keys.allMultikeys, multikeys).map((key) => `the mark ${key} is of no index`),
    ...(new Set(ids).size === ids.length ? [] : ['two collections have one number']),
    ...collections
      .filter(({ id, indexes: own, highestIndex }) => id > given || own.some((index) => index.id > highestIndex))
      .map(({ namespace }) => `${namespace} has a number that was never given`),
  ]
}

/** Beginnings of keys of one kind that are not among the known ones. Looks at one key of each. */
const strangers = (view: View, kind: Buffer, known: readonly Buffer[]): string[] => {
  const expected = new Set(known.map((prefix) => prefix.toString('hex')))
  const length = known[0]?.length ?? kind.length
  const found: string[] = []
  let start: Buffer = kind
  for (;;) {
    const [entry] = view.range({ start, end: keys.after(kind) })
    if (!entry) return found
    const prefix = Buffer.from(entry.key.subarray(0, length))
    if (!expected.has(prefix.toString('hex'))) found.push(prefix.toString('hex'))
    start = keys.after(prefix)
  }
}

const checkRetries = (view: View): string[] => {
  const faults: string[] = []
  for (const { key } of view.range({ start: keys.allRetries, end: keys.after(keys.allRetries) })) {
    const session = Buffer.from(key).subarray(keys.allRetries.length).toString('hex')
    try {
      readRetries(view, session)
    } catch (error) {
      faults.push(`the record of session ${session} cannot be read: ${String(error)}`)
    }
  }
  return faults
}
