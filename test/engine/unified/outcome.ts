import type { MongoClient } from 'mongodb'
import { type CollectionData, checkKeys } from './format.ts'
import { exact, Mismatch, show } from './match.ts'

/** Encrypted collections have two more beside them. */
const besides = ['esc', 'ecoc']

/** What a test finds: each collection made anew, with these documents. */
export const prepareData = async (client: MongoClient, data: readonly CollectionData[]): Promise<void> => {
  for (const described of data) {
    checkKeys('Initial data', described, ['collectionName', 'databaseName', 'createOptions', 'documents'])
    const { collectionName: name, databaseName, createOptions, documents } = described
    const db = client.db(databaseName, { writeConcern: { w: 'majority' } })
    for (const dropped of [name, ...besides.map((part) => `enxcol_.${name}.${part}`)]) await db.dropCollection(dropped)
    if (createOptions || documents.length === 0) await db.createCollection(name, createOptions)
    if (documents.length > 0) await db.collection(name).insertMany([...documents])
  }
}

/** What a test leaves: these documents exactly, in the order of their ids. */
export const checkOutcome = async (client: MongoClient, outcome: readonly CollectionData[]): Promise<void> => {
  for (const expected of outcome) {
    checkKeys('An outcome', expected, ['collectionName', 'databaseName', 'documents'])
    const { databaseName, collectionName, documents } = expected
    const collection = client.db(databaseName).collection(collectionName, { readConcern: { level: 'local' } })
    const found = await collection.find({}, { sort: { _id: 1 }, readPreference: 'primary' }).toArray()
    if (exact(found) === exact(documents)) continue
    throw new Mismatch(`${databaseName}.${collectionName} holds ${show(found)}, where ${show(documents)} is expected`)
  }
}
