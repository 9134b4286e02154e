import { keptOfFormerAnswers } from '@rolecall/contract'
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

/** A message to the database holds 48 MB, and a record of an attempt rarely more than 64 KiB. */
const atOnce = 200

const duplicate = 11_000

type Write = mongo.AnyBulkWriteOperation<DeliveryDocument>

export function createRecords(models: Pick<WebhookModels, 'webhookDeliveries'>): Records {
  const deliveries = driverCollection(models.webhookDeliveries)
  /**
   * Answers false where it was to be inserted and another one is there. Each endpoint concerned reads again what was
   * written of it, where it was not.
   */
  const written = together<Write, boolean>(async (writes) => {
    try {
      await deliveries.bulkWrite([...writes], { ordered: false })
      return writes.map(() => ({ status: 'fulfilled', value: true }))
    } catch (error) {
      const failed = failedOf(error)
      return writes.map((_, index) => {
        const code = failed === undefined ? undefined : (failed.get(index) ?? 'done')
        if (code === 'done') return { status: 'fulfilled', value: true }
        return code === duplicate ? { status: 'fulfilled', value: false } : { status: 'rejected', reason: error }
      })
    }
  }, atOnce)

  return {
    async tried({ _id: webhook, organisation }, { event, attempt, round, former, tries, status, nextAt }) {
      const { _id: id, seq, type, at, audience } = event
      const state =
        nextAt === undefined
          ? { $set: { status, tries, expiresAt: keptUntil(attempt.at) }, $unset: notWaiting }
          : { $set: { status, tries, nextAt }, $unset: { expiresAt: true as const } }
      const noted = notedFirst(attempt, round)
      const all = { ...noted, ...state, $set: { ...noted.$set, ...state.$set } }
      const notedAlone = notesOf({ webhook, seq }, attempt, round)
      if (former !== undefined) {
        // Where it is not as it was, somebody has asked meanwhile for it to be delivered once more, or sends to it by
        // now: then the attempt is noted alone.
        const asItWas = { webhook, seq, status: 'retrying', tries: former } as const
        await Promise.all([written({ updateOne: { filter: asItWas, update: all } }), ...notedAlone.map(written)])
        return
      }
      const first = { _id: newId('dlv'), organisation, event: { id, type, at }, audience, createdAt: attempt.at }
      // What the next holder of the lease has written of this round stays, where this one was slow: but a first try of
      // theirs that failed, where this one is the end of it, or is the later one.
      const failed = {
        ...({ status: 'retrying', tries } as const),
        isAskedFor: { $exists: false },
        ...(status === 'retrying' ? { lastAt: { $lt: attempt.at } } : {}),
      }
      const filter = { webhook, seq, $or: [{ round: { $lt: round } }, failed] }
      const update = { ...all, $setOnInsert: first }
      const isWritten = await written({ updateOne: { filter, update, upsert: true } })
      if (!isWritten) await Promise.all(notedAlone.map(written))
    },
    async withheld(webhook, seq, at) {
      await deliveries.updateOne(
        { webhook, seq, status: 'retrying' },
        { $set: { status: 'withheld', expiresAt: keptUntil(at) }, $unset: notWaiting },
      )
    },
  }
}

/** As the newest attempt. */
function notedFirst(attempt: DeliveryAttempt, round: number) {
  return {
    // Never less: what a former holder of the lease writes late is of an earlier one.
    $max: { round },
    $inc: { attempts: 1 },
    $push: { log: { $each: [shortened(attempt)], $position: 0, $slice: keptAttempts } },
    $set: { lastAt: attempt.at, lastBody: attempt.response?.body ?? '' },
  }
}

/** Of an attempt that was not noted and says nothing of how the delivery stands: before the others, or where it belongs. */
function notesOf(
  delivery: Pick<DeliveryDocument, 'webhook' | 'seq'>,
  attempt: DeliveryAttempt,
  round: number,
): readonly Write[] {
  const { at } = attempt
  const inOrder = { log: { $each: [shortened(attempt)], $sort: { at: -1 as const }, $slice: keptAttempts } }
  return [
    { updateOne: { filter: { ...delivery, 'log.0.at': { $lt: at } }, update: notedFirst(attempt, round) } },
    {
      updateOne: {
        filter: { ...delivery, 'log.0.at': { $gt: at } },
        update: { $max: { round }, $inc: { attempts: 1 }, $push: inOrder },
      },
    },
  ]
}

/** Taken out of what is not to be tried again. */
const notWaiting = { nextAt: true, isAskedFor: true } as const

const keptUntil = (at: Date) => new Date(at.getTime() + deliveryKeptForMs)

/** Else twenty attempts would keep a megabyte for each event. */
function shortened(attempt: DeliveryAttempt): DeliveryAttempt {
  const { response } = attempt
  if (response === undefined || response.body.length <= keptOfFormerAnswers) return attempt
  return { ...attempt, response: { ...response, body: response.body.slice(0, keptOfFormerAnswers), isShortened: true } }
}

/** Which writes of a batch were refused, and by which code; undefined where it is not known. */
function failedOf(error: unknown): ReadonlyMap<number, number> | undefined {
  if (!(error instanceof mongo.MongoBulkWriteError) || error.result === undefined) return undefined
  const refused = [error.writeErrors].flat()
  return refused.length === 0 ? undefined : new Map(refused.map(({ index, code }) => [index, code]))
}
