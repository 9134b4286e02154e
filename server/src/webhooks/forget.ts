import { setTimeout as pause } from 'node:timers/promises'
import { trusted } from 'mongoose'
import type { Clock } from '../clock.ts'
import type { Job } from '../jobs/jobs.ts'
import type { WebhookModels } from './documents.ts'

type Models = Pick<WebhookModels, 'webhookCursors' | 'webhookDeliveries'>

/** What was on its way as the endpoint was deleted is recorded until then, and removed with the rest. */
const graceMs = 60 * 1_000
const perBatch = 500
const pauseMs = 50

/** Removes the record of the deliveries to endpoints that were deleted, and then the last that is known of them. */
export function forgetDeleted({ models, now }: { models: Models; now: Clock }): Job {
  const { webhookCursors, webhookDeliveries } = models

  async function forget(webhook: string, stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      const found = await webhookDeliveries.find({ webhook }, { _id: 1 }).limit(perBatch).lean()
      if (found.length === 0) {
        await webhookCursors.deleteOne({ _id: webhook })
        return
      }
      await webhookDeliveries.deleteMany({ _id: trusted({ $in: found.map(({ _id }) => _id) }) })
      await pause(pauseMs)
    }
  }

  return {
    name: 'forget deleted webhooks',
    everyMs: 60 * 1_000,
    async run(stopping) {
      while (!stopping.aborted) {
        const over = new Date(now().getTime() - graceMs)
        const due = await webhookCursors
          .findOne({ deletedAt: trusted({ $lte: over }) }, { _id: 1 })
          .sort({ deletedAt: 1 })
          .lean()
        if (due === null) return
        await forget(due._id, stopping)
      }
    },
  }
}
