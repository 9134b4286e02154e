import { type Model, trusted } from 'mongoose'
import type { Clock } from '../clock.ts'
import type { Job } from './jobs.ts'

/** Documents that nobody may use any more once `expiresAt` has passed. */
type Expiring = Pick<Model<{ _id: string; expiresAt: Date }>, 'deleteMany'>

/** By the injected clock, which MongoDB's own expiry would not know of. */
export function removeExpired(models: Readonly<Record<string, Expiring>>, now: Clock): Job {
  return {
    name: 'remove expired documents',
    everyMs: 10 * 60 * 1000,
    async run() {
      for (const model of Object.values(models)) await model.deleteMany({ expiresAt: trusted({ $lte: now() }) })
    },
  }
}
