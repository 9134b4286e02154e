import type { RoleId } from '@rolecall/contract'
import { Schema } from 'mongoose'
import { options } from '../database/document-options.ts'

/** A secret from before another one, while it is accepted too. */
export interface FormerSecret {
  readonly hash: string
  readonly ending: string
  readonly until: Date
}

/** A service account of one organisation. Here, beside memberships, because every authorisation of it depends on it. */
export interface ApiKeyDocument {
  _id: string
  organisation: string
  name: string
  role: RoleId
  /** Who answers for it: it never does more than they may grant. */
  issuer: { id: string; name: string }
  /** Of the secret, which its holders alone keep. */
  hash: string
  /** The last characters of the secret. */
  ending: string
  /** Counts the secrets. */
  generation: number
  /** Of the generations before, the newest first. None ends before an older one, so that none is missing in between. */
  former: readonly FormerSecret[]
  createdAt: Date
  /** Position in the organisation's log at which it began. */
  sinceSeq: number
  expiresAt?: Date
  /** When its expiry, or the end of a former secret, is due to be told: later than it where the log was closed then. */
  dueAt?: Date
  /** Written beside every change, and in none. */
  lastUsedAt?: Date
}

export const apiKeySchema = new Schema<ApiKeyDocument>(
  {
    _id: { type: String, required: true },
    organisation: { type: String, required: true },
    name: { type: String, required: true },
    role: { type: String, required: true },
    issuer: {
      type: new Schema(
        { id: { type: String, required: true }, name: { type: String, required: true } },
        { _id: false },
      ),
      required: true,
    },
    hash: { type: String, required: true },
    ending: { type: String, required: true },
    generation: { type: Number, required: true },
    former: {
      type: [
        new Schema(
          {
            hash: { type: String, required: true },
            ending: { type: String, required: true },
            until: { type: Date, required: true },
          },
          { _id: false },
        ),
      ],
      required: true,
    },
    createdAt: { type: Date, required: true },
    sinceSeq: { type: Number, required: true },
    expiresAt: { type: Date },
    dueAt: { type: Date },
    lastUsedAt: { type: Date },
  },
  options,
)
  .index({ hash: 1 }, { unique: true, name: 'hash' })
  .index({ 'former.hash': 1 }, { name: 'former_hash' })
  .index({ organisation: 1, _id: 1 }, { name: 'organisation_id' })
  .index({ dueAt: 1 }, { name: 'dueAt' })
