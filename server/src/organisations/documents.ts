import { type Connection, type Model, Schema } from 'mongoose'
import { options } from '../database/document-options.ts'

export interface OrganisationDocument {
  _id: string
  /** As typed; its key is what is compared. */
  name: string
  nameKey: string
  /** The account whose personal organisation it is. */
  owner: string | null
  createdAt: Date
  /** Deleted softly: everything is kept, nothing answers any more. */
  deletedAt?: Date
}

/**
 * A claim on a name, in use or held. One unique index over both decides who has a name: the claim’s id is the name’s
 * key.
 */
interface NameDocument {
  _id: string
  organisation: string
  /** Nobody else can take a former name before; absent while the name is in use. */
  heldUntil?: Date
}

const organisationSchema = new Schema<OrganisationDocument>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    nameKey: { type: String, required: true },
    owner: { type: String, default: null },
    createdAt: { type: Date, required: true },
    deletedAt: { type: Date },
  },
  options,
)

const nameSchema = new Schema<NameDocument>(
  {
    _id: { type: String, required: true },
    organisation: { type: String, required: true },
    heldUntil: { type: Date },
  },
  options,
).index({ organisation: 1 }, { name: 'organisation' })

export interface OrganisationModels {
  readonly organisations: Model<OrganisationDocument>
  readonly names: Model<NameDocument>
}

export function models(connection: Connection): OrganisationModels {
  return {
    organisations: connection.model<OrganisationDocument>('Organisation', organisationSchema, 'organisations'),
    names: connection.model<NameDocument>('Name', nameSchema, 'names'),
  }
}
