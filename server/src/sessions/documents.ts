import { type Connection, type Model, Schema } from 'mongoose'
import { options } from '../database/document-options.ts'

/** A key that signs access tokens. `_id` counts up from 1, so that two nodes that make the next one at once agree. */
export interface SigningKeyDocument {
  _id: string
  kid: string
  /** The private JWK, sealed under SECRET_KEY and bound to `kid`. */
  sealed: string
  createdAt: Date
  /** From then on it is refused: set by hand for a key that was stolen. Every node knows within a quarter of an hour. */
  expiresAt?: Date
}

const signingKeySchema = new Schema<SigningKeyDocument>(
  {
    _id: { type: String, required: true },
    kid: { type: String, required: true },
    sealed: { type: String, required: true },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date },
  },
  options,
)

export interface SigningKeyModels {
  readonly signingKeys: Model<SigningKeyDocument>
}

export function models(connection: Connection): SigningKeyModels {
  return { signingKeys: connection.model<SigningKeyDocument>('SigningKey', signingKeySchema, 'signingKeys') }
}
