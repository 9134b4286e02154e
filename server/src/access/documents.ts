import type { RoleId } from '@rolecall/contract'
import { type Connection, type Model, Schema } from 'mongoose'
import { options } from '../database/document-options.ts'
import { type ApiKeyDocument, apiKeySchema } from './key-document.ts'

/** A person. Here, beside what they hold, because every authorisation depends on it. */
export interface AccountDocument {
  _id: string
  /** As typed; `emailKey` is what is compared. */
  email: string
  emailKey: string
  /** Whoever holds the account has shown that mails to the address reach them. */
  emailVerified: boolean
  name: string
  passwordHash: string
  createdAt: Date
  /**
   * Counted in every transaction that gives or takes a membership, so that it conflicts with the account's deletion and
   * with others of them. Memberships that went with a deleted organisation are not taken off.
   */
  memberships: number
}

/** An account in an organisation with one role. Name and email are kept here too: lists read nothing else. */
export interface MembershipDocument {
  _id: string
  organisation: string
  account: { id: string; name: string; email: string }
  role: RoleId
  /** Who is suspended is an outsider. `gone`: the account was deleted while the organisation was. */
  status: 'active' | 'suspended' | 'gone'
  /** The personal organisation's owner, who cannot be removed from it. */
  personalOwner: boolean
  since: Date
  /** Position in the organisation's log at which it began. */
  sinceSeq: number
  /** Name and email address as they are searched: folded words. */
  search: string[]
  /** Name as it is sorted. */
  sortName: string
}

/** An open session; one that ended is deleted. */
export interface SessionDocument {
  _id: string
  account: string
  userAgent: string
  createdAt: Date
  lastUsedAt: Date
  expiresAt: Date
  /** How often the refresh token was changed for a new one. */
  rotation: number
  rotatedAt: Date
  nonce: string
}

/** What a program acts for an account with, where it cannot sign in as a person does. */
export interface AccessTokenDocument {
  _id: string
  account: string
  name: string
  /** The token itself is kept by its owner alone. */
  hash: string
  createdAt: Date
  lastUsedAt?: Date
  expiresAt: Date
}

const accountSchema = new Schema<AccountDocument>(
  {
    _id: { type: String, required: true },
    email: { type: String, required: true },
    emailKey: { type: String, required: true },
    emailVerified: { type: Boolean, required: true },
    name: { type: String, required: true },
    passwordHash: { type: String, required: true },
    createdAt: { type: Date, required: true },
    memberships: { type: Number, required: true },
  },
  options,
).index({ emailKey: 1 }, { unique: true, name: 'emailKey' })

const membershipSchema = new Schema<MembershipDocument>(
  {
    _id: { type: String, required: true },
    organisation: { type: String, required: true },
    account: {
      type: new Schema(
        {
          id: { type: String, required: true },
          name: { type: String, required: true },
          email: { type: String, required: true },
        },
        { _id: false },
      ),
      required: true,
    },
    role: { type: String, required: true },
    status: { type: String, required: true },
    personalOwner: { type: Boolean, required: true },
    since: { type: Date, required: true },
    sinceSeq: { type: Number, required: true },
    search: { type: [String], required: true },
    sortName: { type: String, default: '' },
  },
  options,
)
  .index({ organisation: 1, 'account.id': 1 }, { unique: true, name: 'organisation_account' })
  .index({ organisation: 1, _id: 1 }, { name: 'organisation_id' })
  .index({ organisation: 1, sortName: 1, _id: 1 }, { name: 'organisation_sortName' })
  .index({ organisation: 1, role: 1, _id: 1 }, { name: 'organisation_role_id' })
  .index({ organisation: 1, role: 1, sortName: 1, _id: 1 }, { name: 'organisation_role_sortName' })
  .index({ organisation: 1, search: 1 }, { name: 'organisation_search' })
  // They are few: what they are sorted by does not matter.
  .index({ organisation: 1, status: 1 }, { partialFilterExpression: { status: 'suspended' }, name: 'suspended' })
  .index({ 'account.id': 1 }, { name: 'account' })

const sessionSchema = new Schema<SessionDocument>(
  {
    _id: { type: String, required: true },
    account: { type: String, required: true },
    userAgent: { type: String, default: '' },
    createdAt: { type: Date, required: true },
    lastUsedAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    rotation: { type: Number, required: true },
    rotatedAt: { type: Date, required: true },
    nonce: { type: String, required: true },
  },
  options,
)
  .index({ account: 1 }, { name: 'account' })
  .index({ expiresAt: 1 }, { name: 'expiresAt' })

const accessTokenSchema = new Schema<AccessTokenDocument>(
  {
    _id: { type: String, required: true },
    account: { type: String, required: true },
    name: { type: String, required: true },
    hash: { type: String, required: true },
    createdAt: { type: Date, required: true },
    lastUsedAt: { type: Date },
    expiresAt: { type: Date, required: true },
  },
  options,
)
  .index({ hash: 1 }, { unique: true, name: 'hash' })
  .index({ account: 1, _id: 1 }, { name: 'account_id' })
  .index({ expiresAt: 1 }, { name: 'expiresAt' })

export interface AccessModels {
  readonly accounts: Model<AccountDocument>
  readonly memberships: Model<MembershipDocument>
  readonly sessions: Model<SessionDocument>
  readonly accessTokens: Model<AccessTokenDocument>
  readonly apiKeys: Model<ApiKeyDocument>
}

export function models(connection: Connection): AccessModels {
  return {
    accounts: connection.model<AccountDocument>('Account', accountSchema, 'accounts'),
    memberships: connection.model<MembershipDocument>('Membership', membershipSchema, 'memberships'),
    sessions: connection.model<SessionDocument>('Session', sessionSchema, 'sessions'),
    accessTokens: connection.model<AccessTokenDocument>('AccessToken', accessTokenSchema, 'accessTokens'),
    apiKeys: connection.model<ApiKeyDocument>('ApiKey', apiKeySchema, 'apiKeys'),
  }
}
