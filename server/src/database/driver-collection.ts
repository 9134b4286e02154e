import type { Collection, Model } from 'mongoose'

/**
 * A model’s collection as the driver has it, for what nearly every request asks: a query costs about half without
 * mongoose’s casts and documents. Nothing is checked there: values come from the contract’s schemas, and are no objects.
 */
export function driverCollection<Document extends object>(model: Model<Document>): Collection<Document> {
  return model.db.collection<Document>(model.collection.name)
}
