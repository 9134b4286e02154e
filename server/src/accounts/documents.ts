import { type Connection, type Model, Schema } from 'mongoose'
import { options } from '../database/document-options.ts'

/** A token that was mailed and not used yet. */
export interface AccountTokenDocument {
  /** The token's hash. */
  _id: string
  purpose: 'email_verification' | 'password_reset' | 'email_change'
  account: string
  /** Where it was mailed. Who has another address by now has no use for it, except to change to this one. */
  email: string
  emailKey: string
  expiresAt: Date
}

const accountTokenSchema = new Schema<AccountTokenDocument>(
  {
    _id: { type: String, required: true },
    purpose: { type: String, required: true },
    account: { type: String, required: true },
    email: { type: String, required: true },
    emailKey: { type: String, required: true },
    expiresAt: { type: Date, required: true },
  },
  options,
)
  .index({ account: 1, purpose: 1 }, { name: 'account_purpose' })
  .index({ expiresAt: 1 }, { name: 'expiresAt' })

export interface AccountTokenModels {
  readonly accountTokens: Model<AccountTokenDocument>
}

export function models(connection: Connection): AccountTokenModels {
  return { accountTokens: connection.model<AccountTokenDocument>('AccountToken', accountTokenSchema, 'accountTokens') }
}
