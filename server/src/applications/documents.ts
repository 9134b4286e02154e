import { type Connection, type Model, Schema } from 'mongoose'
import { options } from '../database/document-options.ts'

export interface ApplicationDocument {
  _id: string
  organisation: string
  name: string
  nameKey: string
  description: string
  /** Name and description as they are searched: folded words. */
  search: string[]
  createdAt: Date
}

const applicationSchema = new Schema<ApplicationDocument>(
  {
    _id: { type: String, required: true },
    organisation: { type: String, required: true },
    name: { type: String, required: true },
    nameKey: { type: String, required: true },
    description: { type: String, default: '' },
    search: { type: [String], required: true },
    createdAt: { type: Date, required: true },
  },
  options,
).index({ organisation: 1, nameKey: 1 }, { unique: true, name: 'organisation_nameKey' })

export interface ApplicationModels {
  readonly applications: Model<ApplicationDocument>
}

export function models(connection: Connection): ApplicationModels {
  return { applications: connection.model<ApplicationDocument>('Application', applicationSchema, 'applications') }
}
