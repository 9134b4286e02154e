import type { mongo } from 'mongoose'
import { driverCollection } from '../database/driver-collection.ts'
import { newId } from '../ids.ts'
import type { EventDocument } from '../log/documents.ts'
import {
  type DeliveryAttempt,
  type DeliveryDocument,
  deliveryKeptForMs,
  type WebhookDocument,
  type WebhookModels,
} from './documents.ts'

/** What came of a try. */
export interface Tried {
  readonly event: EventDocument
  readonly attempt: DeliveryAttempt
  readonly round: number
  readonly tries: number
  readonly status: Exclude<DeliveryDocument['status'], 'withheld'>
  /** Only with `retrying`. */
  readonly nextAt: Date | undefined
}

/** What became of events at endpoints, written down after each try. */
export interface Records {
  tried(webhook: Pick<WebhookDocument, '_id' | 'organisation'>, tried: Tried): Promise<void>
  /** One that was to be tried again is not. */
  withheld(webhook: string, seq: number): Promise<void>
}

const keptAttempts = 20

/** A message to the database holds 48 MB, and a record of an attempt rarely more than 64 KiB. */
const atOnce = 200

type Write = mongo.AnyBulkWriteOperation<DeliveryDocument>

export function createRecords(models: Pick<WebhookModels, 'webhookDeliveries'>): Records {
  const deliveries = driverCollection(models.webhookDeliveries)
  const waiting: { readonly write: Write; readonly resolve: () => void; readonly reject: (error: unknown) => void }[] =
    []
  let isWriting = false

  /** What comes while something is being written is written together, of whichever endpoints it is. */
  async function writeAll(): Promise<void> {
    isWriting = true
    for (let batch = waiting.splice(0, atOnce); batch.length > 0; batch = waiting.splice(0, atOnce)) {
      try {
        await deliveries.bulkWrite(
          batch.map(({ write }) => write),
          { ordered: false },
        )
        for (const { resolve } of batch) resolve()
      } catch (error) {
        // Each endpoint reads again what was written of it.
        for (const { reject } of batch) reject(error)
      }
    }
    isWriting = false
  }

  function written(write: Write): Promise<void> {
    return new Promise((resolve, reject) => {
      waiting.push({ write, resolve, reject })
      if (!isWriting) void writeAll()
    })
  }

  return {
    async tried({ _id: webhook, organisation }, { event, attempt, round, tries, status, nextAt }) {
      const { _id: id, seq, type, at, audience } = event
      const lastAt = attempt.at
      const expiresAt = new Date(lastAt.getTime() + deliveryKeptForMs)
      const update = {
        $setOnInsert: { _id: newId('dlv'), organisation, event: { id, type, at }, audience, createdAt: lastAt },
        $set: { status, tries, lastAt, expiresAt, ...(nextAt === undefined ? {} : { nextAt }) },
        ...(nextAt === undefined ? { $unset: { nextAt: true as const } } : {}),
        // Never less: what a former holder of the lease writes late is of an earlier one.
        $max: { round },
        $inc: { attempts: 1 },
        $push: { log: { $each: [attempt], $position: 0, $slice: keptAttempts } },
      }
      await written({ updateOne: { filter: { webhook, seq }, update, upsert: true } })
    },
    async withheld(webhook, seq) {
      await deliveries.updateOne(
        { webhook, seq, status: 'retrying' },
        { $set: { status: 'withheld' }, $unset: { nextAt: true } },
      )
    },
  }
}
