import type { Invitation, RoleId } from '@rolecall/contract'
import { type Connection, type Model, Schema } from 'mongoose'
import { options } from '../../database/document-options.ts'

/**
 * Somebody who may become a member. Here, below the operations on invitations, because whoever adds, demotes or removes
 * members ends invitations too.
 */
export interface InvitationDocument {
  _id: string
  organisation: string
  /** As typed; `emailKey` is what is compared. */
  email: string
  emailKey: string
  role: RoleId
  status: Invitation['status']
  /** Who sent it last: the one who must be able to give this role when it is accepted. */
  inviter: { id: string; name: string }
  /** SHA-256 of the token in the last mail. Kept when it has ended, for a repeated request. */
  tokenHash: string
  createdAt: Date
  sentAt: Date
  expiresAt: Date
  /** When to mark it as expired; later than `expiresAt` where its organisation is deleted for the time being. */
  dueAt: Date
  /** Once it has ended: until when the list shows how. */
  removeAt?: Date
  /** The account with this address, if there is one, is still to be told. */
  notice?: 'due'
}

const invitationSchema = new Schema<InvitationDocument>(
  {
    _id: { type: String, required: true },
    organisation: { type: String, required: true },
    email: { type: String, required: true },
    emailKey: { type: String, required: true },
    role: { type: String, required: true },
    status: { type: String, required: true },
    inviter: {
      type: new Schema(
        { id: { type: String, required: true }, name: { type: String, required: true } },
        { _id: false },
      ),
      required: true,
    },
    tokenHash: { type: String, required: true },
    createdAt: { type: Date, required: true },
    sentAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    dueAt: { type: Date, required: true },
    removeAt: { type: Date },
    notice: { type: String },
  },
  options,
)
  // One pending invitation for an address decides, not a read before.
  .index(
    { organisation: 1, emailKey: 1 },
    { unique: true, partialFilterExpression: { status: 'pending' }, name: 'organisation_emailKey_pending' },
  )
  .index({ tokenHash: 1 }, { unique: true, name: 'tokenHash' })
  .index({ organisation: 1, _id: 1 }, { name: 'organisation_id' })
  .index({ organisation: 1, status: 1, _id: 1 }, { name: 'organisation_status_id' })
  .index({ organisation: 1, status: 1, 'inviter.id': 1, _id: 1 }, { name: 'organisation_status_inviter' })
  .index({ emailKey: 1, status: 1, _id: 1 }, { name: 'emailKey_status_id' })
  .index({ status: 1, dueAt: 1 }, { name: 'status_dueAt' })
  .index({ removeAt: 1 }, { name: 'removeAt' })
  .index({ notice: 1 }, { partialFilterExpression: { notice: 'due' }, name: 'notice' })

export interface InvitationModels {
  readonly invitations: Model<InvitationDocument>
}

export function models(connection: Connection): InvitationModels {
  return { invitations: connection.model<InvitationDocument>('Invitation', invitationSchema, 'invitations') }
}
