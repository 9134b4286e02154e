import type { AnyPermission, RoleId } from '@rolecall/contract'
import { type Connection, type Model, Schema } from 'mongoose'
import { options } from '../database/document-options.ts'

/** A role that an organisation has composed. What it permits stands in the head of the log too, for every request. */
export interface RoleDocument {
  _id: Extract<RoleId, `rol_${string}`>
  organisation: string
  name: string
  nameKey: string
  description: string
  permissions: AnyPermission[]
}

const roleSchema = new Schema<RoleDocument>(
  {
    _id: { type: String, required: true },
    organisation: { type: String, required: true },
    name: { type: String, required: true },
    nameKey: { type: String, required: true },
    description: { type: String, default: '' },
    permissions: { type: [String], required: true },
  },
  options,
).index({ organisation: 1, nameKey: 1 }, { unique: true, name: 'organisation_nameKey' })

export interface RoleModels {
  readonly roles: Model<RoleDocument>
}

export function models(connection: Connection): RoleModels {
  return { roles: connection.model<RoleDocument>('Role', roleSchema, 'roles') }
}
