/** All that is needed to send to an endpoint, from when its lease was claimed until it is given back. */
import { trusted } from 'mongoose'
import type { Holding, Table } from '../access/table.ts'
import type { Clock } from '../clock.ts'
import type { Feed } from '../log/feed.ts'
import type { Tracking } from '../log/tracked-logs.ts'
import type { DeliveryDocument, WebhookDocument, WebhookModels } from './documents.ts'
import type { Lease, Leases } from './lease.ts'
import type { SealedSecrets } from './signing.ts'

/** A delivery that is to be tried again. */
export interface Retry {
  readonly tries: number
  readonly nextAt: Date
  /** Somebody wants this very event. */
  readonly isAskedFor: boolean
}

export interface Opened {
  readonly webhook: WebhookDocument
  readonly lease: Lease
  readonly tracking: Tracking
  readonly holding: Holding
  /** Those that sign at a time, the newest first. */
  secretsAt(at: Date): readonly string[]
  /** By the position of the event: up to the cursor, those that are tried again. */
  readonly retries: Map<number, Retry>
  /** Above the cursor, those that were tried in this round: undefined where nothing more is to be done. */
  readonly tried: Map<number, Retry | undefined>
  /** Above the cursor, those of an earlier round that waited to be tried again when a replay began. */
  readonly overtaken: ReadonlyMap<number, Retry>
  /** Nothing more is sent by it. */
  close(): void
}

export interface OpeningParts {
  readonly models: WebhookModels
  readonly leases: Leases
  readonly feed: Pick<Feed, 'track'>
  readonly table: Pick<Table, 'hold'>
  readonly secrets: Pick<SealedSecrets, 'open'>
  readonly now: Clock
}

type Found = Pick<DeliveryDocument, 'seq' | 'round' | 'status' | 'tries' | 'nextAt' | 'isAskedFor'>

/**
 * Claims an endpoint and reads how it stands. Answers `stopped` where it gets nothing, or was deleted; for how long it
 * is somebody else's where it is.
 */
export async function open(
  id: string,
  parts: OpeningParts,
): Promise<Opened | 'stopped' | { readonly heldForMs: number }> {
  const lease = await parts.leases.claim(id)
  if (lease === undefined) return 'stopped'
  if ('heldForMs' in lease) return lease
  const { seq, failingSince, failedAt, notBefore } = lease.cursor
  const giveBack = (wakeAt: Date | undefined) => lease.release({ seq, failingSince, failedAt, notBefore }, wakeAt)
  try {
    const opened = await read(id, lease, parts)
    if (opened === 'stopped') await giveBack(undefined)
    return opened
  } catch (error) {
    // Somebody else may be able to. Where not even this can be written, the lease runs out.
    await giveBack(parts.now()).catch(() => undefined)
    throw error
  }
}

async function read(
  id: string,
  lease: Lease,
  { models, feed, table, secrets }: OpeningParts,
): Promise<Opened | 'stopped'> {
  const { cursor } = lease
  const webhook = await models.webhooks.findById(id).lean()
  if (webhook === null || webhook.stopped !== undefined) return 'stopped'
  const signing = webhook.secrets.map(({ sealed, expiresAt }) => ({ secret: secrets.open(id, sealed), expiresAt }))
  const [waiting, tried] = await Promise.all([
    find(models, { webhook: id, status: 'retrying' }),
    find(models, { webhook: id, seq: trusted({ $gt: cursor.seq }), round: trusted({ $gte: cursor.round }) }),
  ])
  const tracking = await feed.track(webhook.organisation)
  const holding = await table.hold(webhook.owner.id, webhook.organisation).catch((error: unknown) => {
    tracking.release()
    throw error
  })
  return {
    webhook,
    lease,
    tracking,
    holding,
    secretsAt: (at) =>
      signing.flatMap(({ secret, expiresAt }) => (expiresAt === undefined || expiresAt > at ? [secret] : [])),
    retries: retriesOf(waiting.filter(({ seq }) => seq <= cursor.seq)),
    tried: new Map(tried.map((found) => [found.seq, found.status === 'retrying' ? retryOf(found) : undefined])),
    overtaken: retriesOf(waiting.filter(({ seq, round }) => seq > cursor.seq && round < cursor.round)),
    close() {
      tracking.release()
      holding.release()
    },
  }
}

const fields = { seq: 1, round: 1, status: 1, tries: 1, nextAt: 1, isAskedFor: 1 }

function find({ webhookDeliveries }: WebhookModels, filter: object): Promise<Found[]> {
  return webhookDeliveries.find(filter, fields).sort({ seq: 1 }).lean<Found[]>()
}

const retryOf = ({ tries, nextAt = new Date(0), isAskedFor }: Found): Retry => ({
  tries,
  nextAt,
  isAskedFor: isAskedFor === true,
})

const retriesOf = (found: readonly Found[]) => new Map(found.map((one) => [one.seq, retryOf(one)]))
