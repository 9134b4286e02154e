import { type Connection, type Model, Schema } from 'mongoose'
import { options } from '../database/document-options.ts'

export interface OrganisationDocument {
  _id: string
  /** As typed; its key is what is compared. */
  name: string
  nameKey: string
  description: string
  /** What its Developers are permitted stands in the head of the log; this is to be shown. */
  developersSeeMembers: boolean
  /** The account that created it, and to whose limit it counts; absent for a personal one. */
  founder?: string
  /** The account whose personal organisation it is. */
  owner: string | null
  createdAt: Date
  /** Deleted softly: everything is kept, nothing answers any more. */
  deletedAt?: Date
  /**
   * While it is deleted, whose log is closed and no lock: written by whatever changes a membership of it all the same,
   * so that this and a restoration meet.
   */
  touched?: number
  /** It was not restored in time, and what was personal in it is gone. */
  emptiedAt?: Date
}

/**
 * A claim on a name, in use or held. One unique index over both decides who has a name: the claim’s id is the name’s
 * key.
 */
interface NameDocument {
  _id: string
  organisation: string
  /** As it was typed last, once it is a former one. */
  name?: string
  /** Nobody else can take a former name before; absent while the name is in use. */
  heldUntil?: Date
}

const organisationSchema = new Schema<OrganisationDocument>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    nameKey: { type: String, required: true },
    description: { type: String, default: '' },
    developersSeeMembers: { type: Boolean, default: false },
    founder: { type: String },
    owner: { type: String, default: null },
    createdAt: { type: Date, required: true },
    deletedAt: { type: Date },
    touched: { type: Number },
    emptiedAt: { type: Date },
  },
  options,
)
  .index({ founder: 1, deletedAt: 1 }, { name: 'founder_deletedAt' })
  // What waits to be restored or emptied: few.
  .index({ deletedAt: 1, emptiedAt: 1 }, { partialFilterExpression: { deletedAt: { $exists: true } }, name: 'deleted' })

const nameSchema = new Schema<NameDocument>(
  {
    _id: { type: String, required: true },
    organisation: { type: String, required: true },
    name: { type: String },
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
