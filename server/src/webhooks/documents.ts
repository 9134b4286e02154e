import type { Audience, EventType } from '@rolecall/contract'
import { type Connection, type Model, Schema } from 'mongoose'
import { options } from '../database/document-options.ts'
import type { Actor } from '../log/tx.ts'

export interface WebhookSecret {
  /** `whsec_…`, sealed under SECRET_KEY and bound to the webhook's id. */
  sealed: string
  createdAt: Date
  /** Of a former one: from then on it signs no more. */
  expiresAt?: Date
}

/** What is chosen of an endpoint. Written only in changes of its organisation's log. */
export interface WebhookDocument {
  _id: string
  organisation: string
  url: string
  types: string[]
  description: string
  ordered: boolean
  concurrency: number
  owner: { id: string; name: string }
  /** Absent while it is enabled. */
  stopped?: {
    reason: 'by_member' | 'owner_lost' | 'failing' | 'gone'
    at: Date
    /** Only with `by_member`; absent where it was paused before that was kept. */
    by?: Actor
  }
  /** The newest first. */
  secrets: WebhookSecret[]
  createdAt: Date
}

/** How far an endpoint has come: its cursor over the log, and who moves it. */
export interface WebhookCursorDocument {
  /** The webhook's id. */
  _id: string
  organisation: string
  /** All events up to here were looked at; those that were to be sent have a delivery. */
  seq: number
  /**
   * Counts the leases. A holder writes only where it still meets its own number; a change that moves the cursor counts
   * it up too, so that the holder begins anew from there.
   */
  fence: number
  /** Counts the replays: an event is sent anew where its delivery is of an earlier round. */
  round: number
  /** The node that sends, and until when nobody else may. */
  lease?: { node: string; until: Date }
  /**
   * When there is something to do again that no event tells of: while nobody holds the lease the next retry; while
   * somebody does only what was asked for meanwhile, as by redelivering. Absent where nothing waits.
   */
  wakeAt?: Date
  /** Of the first failure after which nothing was taken any more. */
  failingSince?: Date
  /** Of the last failure since then. */
  failedAt?: Date
  /** Nothing is sent before: the receiver asked for that by Retry-After, or does not keep up. */
  notBefore?: Date
  /** The endpoint was deleted: a job removes the record of its deliveries, and then this. */
  deletedAt?: Date
}

export interface DeliveryAttempt {
  at: Date
  url: string
  durationMs: number
  outcome: 'ok' | 'status' | 'redirect' | 'timeout' | 'refused_target' | 'unreachable' | 'broken'
  detail?: string
  request: { headers: Record<string, string> }
  response?: {
    status: number
    headers: Record<string, string>
    body: string
    /** There was more than what was read. */
    truncated: boolean
    /** More was read than what is kept here: of the newest attempt `lastBody` has all of it. */
    isShortened?: true
  }
}

/** What became of one event at one endpoint; there is none before its first attempt has ended. */
export interface DeliveryDocument {
  _id: string
  webhook: string
  organisation: string
  seq: number
  event: { id: string; type: EventType; at: Date }
  audience: Audience
  round: number
  status: 'delivered' | 'retrying' | 'exhausted' | 'withheld'
  /** How many there were in all, and how many since it was last asked for: the latter decide what comes next. */
  attempts: number
  tries: number
  /** The last ones, the newest first, each with the beginning of what was answered. */
  log: DeliveryAttempt[]
  /** Of the newest attempt, all of what was answered that is kept. */
  lastBody?: string
  createdAt: Date
  lastAt?: Date
  /** Only with `retrying`. */
  nextAt?: Date
  /** Only with `retrying`: somebody wants this very event, whatever its endpoint gets by now. */
  isAskedFor?: true
  /** Absent while it waits to be tried again, however long its endpoint rests. */
  expiresAt?: Date
}

/** How long a delivery is kept after it was tried or asked for last. */
export const deliveryKeptForMs = 30 * 24 * 60 * 60 * 1_000

const actorSchema = new Schema({ kind: String, id: String, name: String }, { _id: false })

const webhookSchema = new Schema<WebhookDocument>(
  {
    _id: { type: String, required: true },
    organisation: { type: String, required: true },
    url: { type: String, required: true },
    types: { type: [String], required: true },
    description: { type: String, default: '' },
    ordered: { type: Boolean, required: true },
    concurrency: { type: Number, required: true },
    owner: { type: new Schema({ id: String, name: String }, { _id: false }), required: true },
    stopped: { type: new Schema({ reason: String, at: Date, by: { type: actorSchema } }, { _id: false }) },
    secrets: {
      type: [new Schema({ sealed: String, createdAt: Date, expiresAt: Date }, { _id: false })],
      required: true,
    },
    createdAt: { type: Date, required: true },
  },
  options,
)
  .index({ organisation: 1, _id: 1 }, { name: 'organisation_id' })
  .index({ 'owner.id': 1 }, { name: 'owner' })

const cursorSchema = new Schema<WebhookCursorDocument>(
  {
    _id: { type: String, required: true },
    organisation: { type: String, required: true },
    seq: { type: Number, required: true },
    fence: { type: Number, required: true },
    round: { type: Number, required: true },
    lease: { type: new Schema({ node: String, until: Date }, { _id: false }) },
    wakeAt: { type: Date },
    failingSince: { type: Date },
    failedAt: { type: Date },
    notBefore: { type: Date },
    deletedAt: { type: Date },
  },
  options,
)
  .index({ organisation: 1 }, { name: 'organisation' })
  // Leases that nobody renews any more.
  .index({ 'lease.until': 1 }, { name: 'lease' })
  .index({ wakeAt: 1 }, { name: 'wakeAt' })
  .index({ deletedAt: 1 }, { partialFilterExpression: { deletedAt: { $exists: true } }, name: 'deletedAt' })

const attemptSchema = new Schema<DeliveryAttempt>(
  {
    at: { type: Date, required: true },
    url: { type: String, required: true },
    durationMs: { type: Number, required: true },
    outcome: { type: String, required: true },
    detail: { type: String },
    request: { type: Schema.Types.Mixed, required: true },
    response: { type: Schema.Types.Mixed },
  },
  { _id: false },
)

const deliverySchema = new Schema<DeliveryDocument>(
  {
    _id: { type: String, required: true },
    webhook: { type: String, required: true },
    organisation: { type: String, required: true },
    seq: { type: Number, required: true },
    event: { type: new Schema({ id: String, type: String, at: Date }, { _id: false }), required: true },
    audience: { type: String, required: true },
    round: { type: Number, required: true },
    status: { type: String, required: true },
    attempts: { type: Number, required: true },
    tries: { type: Number, required: true },
    log: { type: [attemptSchema], required: true },
    lastBody: { type: String },
    createdAt: { type: Date, required: true },
    lastAt: { type: Date },
    nextAt: { type: Date },
    isAskedFor: { type: Boolean },
    expiresAt: { type: Date },
  },
  options,
)
  .index({ webhook: 1, seq: 1 }, { unique: true, name: 'webhook_seq' })
  .index({ webhook: 1, status: 1, seq: 1 }, { name: 'webhook_status_seq' })
  .index({ webhook: 1, 'event.type': 1, seq: 1 }, { name: 'webhook_type_seq' })
  .index({ expiresAt: 1 }, { name: 'expiresAt' })

export interface WebhookModels {
  readonly webhooks: Model<WebhookDocument>
  readonly webhookCursors: Model<WebhookCursorDocument>
  readonly webhookDeliveries: Model<DeliveryDocument>
}

export function models(connection: Connection): WebhookModels {
  return {
    webhooks: connection.model<WebhookDocument>('Webhook', webhookSchema, 'webhooks'),
    webhookCursors: connection.model<WebhookCursorDocument>('WebhookCursor', cursorSchema, 'webhookCursors'),
    webhookDeliveries: connection.model<DeliveryDocument>('WebhookDelivery', deliverySchema, 'webhookDeliveries'),
  }
}
