import { mongo } from 'mongoose'
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
import { together } from './together.ts'

/** What came of a try. */
export interface Tried {
  readonly event: EventDocument
  readonly attempt: DeliveryAttempt
  readonly round: number
  /** Of one that was tried before: how many tries there were. */
  readonly former: number | undefined
  readonly tries: number
  readonly status: Exclude<DeliveryDocument['status'], 'withheld'>
  /** Only with `retrying`. */
  readonly nextAt: Date | undefined
}

/** What became of events at endpoints, written down after each try. */
export interface Records {
  tried(webhook: Pick<WebhookDocument, '_id' | 'organisation'>, tried: Tried): Promise<void>
  /** One that was to be tried again is not. */
  withheld(webhook: string, seq: number, at: Date): Promise<void>
}

const keptAttempts = 20
/** Characters of what was answered at each attempt; of the newest one all is kept. */
const keptOfFormer = 1_024

/** A message to the database holds 48 MB, and a record of an attempt rarely more than 64 KiB. */
const atOnce = 200

const done: PromiseFulfilledResult<void> = { status: 'fulfilled', value: undefined }

type Write = mongo.AnyBulkWriteOperation<DeliveryDocument>

export function createRecords(models: Pick<WebhookModels, 'webhookDeliveries'>): Records {
  const deliveries = driverCollection(models.webhookDeliveries)
  // Each endpoint concerned reads again what was written of it, where it was not.
  const written = together<Write, void>(async (writes) => {
    try {
      await deliveries.bulkWrite([...writes], { ordered: false })
      return writes.map(() => done)
    } catch (error) {
      const failed = failedOf(error)
      return writes.map((_, index) =>
        failed === undefined || failed.has(index) ? { status: 'rejected', reason: error } : done,
      )
    }
  }, atOnce)

  return {
    async tried({ _id: webhook, organisation }, { event, attempt, round, former, tries, status, nextAt }) {
      const { _id: id, seq, type, at, audience } = event
      const state =
        nextAt === undefined
          ? { $set: { status, tries, expiresAt: keptUntil(attempt.at) }, $unset: notWaiting }
          : { $set: { status, tries, nextAt }, $unset: { expiresAt: true as const } }
      const { response } = attempt
      const noted = {
        // Never less: what a former holder of the lease writes late is of an earlier one.
        $max: { round },
        $inc: { attempts: 1 },
        $push: { log: { $each: [shortened(attempt)], $position: 0, $slice: keptAttempts } },
        $set: { lastAt: attempt.at, lastBody: response?.body ?? '' },
      }
      if (former !== undefined) {
        // Where it is not as it was, somebody has asked meanwhile for it to be delivered once more: then the attempt is
        // noted alone.
        const asItWas = { webhook, seq, status: 'retrying', tries: former } as const
        const unnoted = { webhook, seq, 'log.0.at': { $ne: attempt.at } }
        const all = { ...noted, ...state, $set: { ...noted.$set, ...state.$set } }
        await Promise.all([
          written({ updateOne: { filter: asItWas, update: all } }),
          written({ updateOne: { filter: unnoted, update: noted } }),
        ])
        return
      }
      const first = { _id: newId('dlv'), organisation, event: { id, type, at }, audience, createdAt: attempt.at }
      const update = { ...noted, ...state, $setOnInsert: first, $set: { ...noted.$set, ...state.$set } }
      await written({ updateOne: { filter: { webhook, seq }, update, upsert: true } })
    },
    async withheld(webhook, seq, at) {
      await deliveries.updateOne(
        { webhook, seq, status: 'retrying' },
        { $set: { status: 'withheld', expiresAt: keptUntil(at) }, $unset: notWaiting },
      )
    },
  }
}

/** Taken out of what is not to be tried again. */
const notWaiting = { nextAt: true, isAskedFor: true } as const

const keptUntil = (at: Date) => new Date(at.getTime() + deliveryKeptForMs)

/** Else twenty attempts would keep a megabyte for each event. */
function shortened(attempt: DeliveryAttempt): DeliveryAttempt {
  const { response } = attempt
  if (response === undefined || response.body.length <= keptOfFormer) return attempt
  return { ...attempt, response: { ...response, body: response.body.slice(0, keptOfFormer) } }
}

/** Which writes of a batch were refused; undefined where it is not known. */
function failedOf(error: unknown): ReadonlySet<number> | undefined {
  if (!(error instanceof mongo.MongoBulkWriteError) || error.result === undefined) return undefined
  const refused = [error.writeErrors].flat()
  return refused.length === 0 ? undefined : new Set(refused.map(({ index }) => index))
}
