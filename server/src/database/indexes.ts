import type { IndexDefinition, IndexOptions, mongo } from 'mongoose'
import { DatabaseError, reasonOf } from './database-error.ts'

/** A model of whatever document: only its schema and its collection are used. */
export interface AnyModel {
  readonly schema: { indexes(): [IndexDefinition, IndexOptions][] }
  readonly collection: Pick<mongo.Collection, 'collectionName' | 'createIndex'>
  createCollection(): Promise<unknown>
}

/**
 * Creates every collection and index that the models declare. A unique index is what makes a rule hold, so that one
 * which cannot be built stops the start, by name.
 */
export async function buildIndexes(models: readonly AnyModel[]): Promise<void> {
  await Promise.all(models.map(buildCollection))
}

async function buildCollection(model: AnyModel): Promise<void> {
  const { collectionName } = model.collection
  await model.createCollection().catch((error: unknown) => {
    throw new DatabaseError(`The collection ${collectionName} could not be created: ${reasonOf(error)}`, error)
  })
  for (const [fields, { unique, partialFilterExpression, name = nameOf(fields) }] of model.schema.indexes()) {
    const options = {
      name,
      ...(unique ? { unique: true } : {}),
      ...(partialFilterExpression === undefined ? {} : { partialFilterExpression }),
    }
    await model.collection.createIndex(fields as Record<string, 1 | -1>, options).catch((error: unknown) => {
      throw new DatabaseError(
        `The index ${name} of the collection ${collectionName} could not be built: ${reasonOf(error)}`,
        error,
      )
    })
  }
}

/** As MongoDB would name it. */
function nameOf(fields: object): string {
  return Object.entries(fields).flat().join('_')
}
