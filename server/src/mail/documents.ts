import { type Connection, type Model, Schema } from 'mongoose'
import { options } from '../database/document-options.ts'

/** A mail that waits to be sent; one that was sent is deleted. */
export interface MailDocument {
  _id: string
  kind: string
  /** Address and content, sealed under SECRET_KEY and bound to `_id`: they hold tokens. */
  sealed: string
  createdAt: Date
  /** When it is tried next. Whoever tries it puts this off first, which is their lease. */
  dueAt: Date
  /** From then on nobody needs it. */
  expiresAt: Date
  /** Counts the leases too: what an earlier holder writes about the mail meets another number, and nothing happens. */
  attempts: number
}

/** How many mails of a kind an address was sent lately. */
export interface MailQuotaDocument {
  /** A MAC of kind and address. */
  _id: string
  sentAt: Date[]
  expiresAt: Date
}

const mailSchema = new Schema<MailDocument>(
  {
    _id: { type: String, required: true },
    kind: { type: String, required: true },
    sealed: { type: String, required: true },
    createdAt: { type: Date, required: true },
    dueAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    attempts: { type: Number, required: true },
  },
  options,
).index({ dueAt: 1 }, { name: 'dueAt' })

const mailQuotaSchema = new Schema<MailQuotaDocument>(
  {
    _id: { type: String, required: true },
    sentAt: { type: [Date], required: true },
    expiresAt: { type: Date, required: true },
  },
  options,
).index({ expiresAt: 1 }, { name: 'expiresAt' })

export interface MailModels {
  readonly mails: Model<MailDocument>
  readonly mailQuotas: Model<MailQuotaDocument>
}

export function models(connection: Connection): MailModels {
  return {
    mails: connection.model<MailDocument>('Mail', mailSchema, 'mails'),
    mailQuotas: connection.model<MailQuotaDocument>('MailQuota', mailQuotaSchema, 'mailQuotas'),
  }
}
