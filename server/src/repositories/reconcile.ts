import { trusted } from 'mongoose'
import type { Clock } from '../clock.ts'
import type { Job } from '../jobs/jobs.ts'
import { createResting } from '../jobs/resting.ts'
import type { Logger } from '../logger.ts'
import type { RepositoryModels } from './documents.ts'
import type { Record } from './record.ts'
import type { Space } from './space.ts'

/** At most so many at a time, so that stopping need not wait long. */
const atOnce = 50
const againMs = 60_000
const hourMs = 60 * 60 * 1_000

interface Parts {
  readonly models: RepositoryModels
  readonly record: Record
  readonly space: Pick<Space, 'measure'>
  readonly now: Clock
  readonly logger: Pick<Logger, 'warn'>
}

export interface Reconciler {
  readonly job: Job
  /** Looks after all pushes that were under way when the last server ended. */
  atStart(): Promise<void>
}

/** Records what pushes did of which nobody was left to record it: a server was killed, or the database was away. */
export function createReconciler({ models, record, space, now, logger }: Parts): Reconciler {
  const { pushes } = models
  const name = 'record pushes'
  const resting = createResting(name, logger)

  async function lookAfter(application: string): Promise<void> {
    // Before it is recorded: a push whose processes are over by then is recorded whole.
    const at = now()
    if ((await record(application)) === 'closed') {
      await pushes.updateMany({ application }, { $set: { dueAt: new Date(at.getTime() + hourMs) } })
      return
    }
    await space.measure(application)
    await pushes.deleteMany({ application, endsBy: trusted({ $lte: at }) })
    await pushes.updateMany({ application }, { $set: { dueAt: new Date(at.getTime() + againMs) } })
  }

  async function run(filter: object): Promise<void> {
    const found = await pushes
      .find({ application: trusted({ $nin: resting.ids() }), ...filter }, { application: 1 })
      .sort({ dueAt: 1 })
      .limit(atOnce)
      .lean()
    for (const application of new Set(found.map((push) => push.application))) {
      await resting.attempt(application, lookAfter)
    }
  }

  return {
    job: { name, everyMs: 30_000, run: () => run({ dueAt: trusted({ $lte: now() }) }) },
    atStart: () => run({}),
  }
}
