import type { Audience, EventType } from '@rolecall/contract'
import { type Connection, type Model, type mongo, Schema } from 'mongoose'
import { options } from '../database/document-options.ts'
import type { Actor } from './tx.ts'

/** Where a log stands. Written first in every change of the log, which makes it the lock of all that the log is about. */
export interface HeadDocument {
  _id: string
  /** Position and hash of the last event; 0 and `origin` before the first. */
  seq: number
  hash: string
  /** Random, so that two histories under one id cannot be mistaken for each other. */
  origin: string
  /** Counts the changes; there to be written. */
  writes: number
  /** What access reads with every request about this log: permissions by role. */
  grants?: Record<string, readonly string[]>
  /** The same of the organisation’s own permissions: roles by permission. */
  declared?: Record<string, readonly string[]>
  /** How many of something there are, counted by every change that adds or removes one, under the lock. */
  counts?: Record<string, number>
  /** Nothing is read or written under a closed log: its organisation or account was deleted. */
  closed?: true
}

export interface EventDocument {
  _id: string
  log: string
  seq: number
  type: EventType
  at: Date
  actor: Actor
  audience: Audience
  data: Record<string, unknown>
  affects: string[]
  /** What it is about, as `subjectsOf` reads it from the data: there to be found by, no part of the hash. */
  subjects: string[]
  salt: mongo.Binary
  digest: string
  hash: string
}

/** What a request with an Idempotency-Key was answered, to answer its repetition alike. */
export interface IdempotencyDocument {
  _id: string
  fingerprint: string
  body: unknown
  seq: number
  expiresAt: Date
}

const headSchema = new Schema<HeadDocument>(
  {
    _id: { type: String, required: true },
    seq: { type: Number, required: true },
    hash: { type: String, required: true },
    origin: { type: String, required: true },
    writes: { type: Number, required: true },
    grants: { type: Schema.Types.Mixed },
    declared: { type: Schema.Types.Mixed },
    counts: { type: Schema.Types.Mixed },
    closed: { type: Boolean },
  },
  options,
)

const eventSchema = new Schema<EventDocument>(
  {
    _id: { type: String, required: true },
    log: { type: String, required: true },
    seq: { type: Number, required: true },
    type: { type: String, required: true },
    at: { type: Date, required: true },
    actor: {
      type: new Schema(
        {
          kind: { type: String, required: true },
          id: { type: String, required: true },
          name: { type: String, required: true },
        },
        { _id: false },
      ),
      required: true,
    },
    audience: { type: String, required: true },
    data: { type: Schema.Types.Mixed, required: true },
    affects: { type: [String], required: true },
    subjects: { type: [String], required: true },
    salt: { type: Schema.Types.Mixed, required: true },
    digest: { type: String, required: true },
    hash: { type: String, required: true },
  },
  options,
)
  .index({ log: 1, seq: 1 }, { unique: true, name: 'log_seq' })
  .index({ log: 1, type: 1, seq: 1 }, { name: 'log_type_seq' })
  .index({ log: 1, 'actor.id': 1, seq: 1 }, { name: 'log_actor_seq' })
  .index({ log: 1, subjects: 1, seq: 1 }, { name: 'log_subjects_seq' })

const idempotencySchema = new Schema<IdempotencyDocument>(
  {
    _id: { type: String, required: true },
    fingerprint: { type: String, required: true },
    body: { type: Schema.Types.Mixed },
    seq: { type: Number, required: true },
    expiresAt: { type: Date, required: true },
  },
  options,
).index({ expiresAt: 1 }, { name: 'expiresAt' })

export interface LogModels {
  readonly heads: Model<HeadDocument>
  readonly events: Model<EventDocument>
  readonly idempotency: Model<IdempotencyDocument>
}

export function models(connection: Connection): LogModels {
  return {
    heads: connection.model<HeadDocument>('Head', headSchema, 'heads'),
    events: connection.model<EventDocument>('Event', eventSchema, 'events'),
    idempotency: connection.model<IdempotencyDocument>('Idempotency', idempotencySchema, 'idempotency'),
  }
}
