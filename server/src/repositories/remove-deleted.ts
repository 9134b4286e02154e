import { trusted } from 'mongoose'
import type { Clock } from '../clock.ts'
import type { Job } from '../jobs/jobs.ts'
import type { RepositoryModels } from './documents.ts'
import type { Storage } from './storage.ts'

/** A backup under way as the application was deleted, which lists it still, has read it by then. */
const graceMs = 24 * 60 * 60 * 1_000
const atOnce = 20

/** Removes the folders of repositories whose applications were deleted, and then the last that is known of them. */
export function removeDeleted({
  models,
  storage,
  now,
}: {
  models: RepositoryModels
  storage: Pick<Storage, 'remove'>
  now: Clock
}): Job {
  const { repositories, pushes } = models
  return {
    name: 'remove repositories',
    everyMs: 60_000,
    async run() {
      const over = new Date(now().getTime() - graceMs)
      const due = await repositories
        .find({ deletedAt: trusted({ $lte: over }) }, { _id: 1 })
        .sort({ deletedAt: 1 })
        .limit(atOnce)
        .lean()
      for (const { _id } of due) {
        await storage.remove(_id)
        await pushes.deleteMany({ application: _id })
        await repositories.deleteOne({ _id })
      }
    },
  }
}
