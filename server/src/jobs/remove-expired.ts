import { setTimeout as pause } from 'node:timers/promises'
import { type Model, trusted } from 'mongoose'
import type { Clock } from '../clock.ts'
import type { Job } from './jobs.ts'

type Removable = Pick<Model<{ _id: string }>, 'find' | 'deleteMany'>

const perBatch = 500
/** Between two batches: others use the database too. */
const pauseMs = 50

/**
 * Removes documents that nobody needs any more once the time in this field has passed. By the injected clock, which
 * MongoDB's own expiry would not know of.
 */
export function removeExpired(
  models: Readonly<Record<string, Removable>>,
  now: Clock,
  field: 'expiresAt' | 'removeAt' = 'expiresAt',
): Job {
  /** Answers whether there may be more. */
  async function removeSome(model: Removable): Promise<boolean> {
    const expired = { [field]: trusted({ $lte: now() }) }
    const found = await model
      .find(expired, { _id: 1 })
      .sort({ [field]: 1 })
      .limit(perBatch)
      .lean()
    const ids = found.map(({ _id }) => _id)
    // Asked again: what was looked at may live longer since, as a session does that was used.
    if (ids.length > 0) await model.deleteMany({ ...expired, _id: trusted({ $in: ids }) })
    return ids.length === perBatch
  }

  return {
    name: `remove ${Object.keys(models).join(', ')} by ${field}`,
    everyMs: 10 * 60 * 1_000,
    async run(stopping) {
      for (const model of Object.values(models)) {
        while (!stopping.aborted && (await removeSome(model))) await pause(pauseMs)
      }
    },
  }
}
