import type { DeclaredPermission } from '@rolecall/contract'
import { type Connection, type Model, Schema } from 'mongoose'
import { options } from '../database/document-options.ts'

/** What an organisation has declared, by name. Names and roles stand in the head of the log too, for every request. */
export interface OwnPermissionsDocument {
  /** The organisation. */
  _id: string
  permissions: DeclaredPermission[]
}

const ownPermissionsSchema = new Schema<OwnPermissionsDocument>(
  {
    _id: { type: String, required: true },
    permissions: {
      type: [
        new Schema(
          {
            name: { type: String, required: true },
            description: { type: String, default: '' },
            roles: { type: [String], required: true },
          },
          { _id: false },
        ),
      ],
      required: true,
    },
  },
  options,
)

export interface PermissionModels {
  readonly ownPermissions: Model<OwnPermissionsDocument>
}

export function models(connection: Connection): PermissionModels {
  return {
    ownPermissions: connection.model<OwnPermissionsDocument>('OwnPermissions', ownPermissionsSchema, 'ownPermissions'),
  }
}
