import { trusted } from 'mongoose'
import type { Clock } from '../clock.ts'
import type { Job } from '../jobs/jobs.ts'
import { createResting } from '../jobs/resting.ts'
import type { Logger } from '../logger.ts'
import { followFirstBranch } from './default-branch.ts'
import type { RepositoryModels } from './documents.ts'
import type { Git } from './git.ts'
import type { Record } from './record.ts'
import type { Space } from './space.ts'
import { removeStaleLocks } from './stale-locks.ts'
import type { Storage } from './storage.ts'

/** At most so many at a time, so that stopping need not wait long. */
const atOnce = 50
const againMs = 60_000
const hourMs = 60 * 60 * 1_000

interface Parts {
  readonly models: RepositoryModels
  readonly record: Record
  readonly git: Git
  readonly space: Pick<Space, 'measure'>
  readonly storage: Pick<Storage, 'pathOf'>
  /** No process of a push is left so long after it began. */
  readonly lifeMs: number
  readonly now: Clock
  readonly logger: Pick<Logger, 'warn'>
}

export interface Reconciler {
  readonly job: Job
  /** Looks after all pushes that were under way when the last server ended. */
  atStart(): Promise<void>
}

/** Records what pushes did of which nobody was left to record it: a server was killed, or the database was away. */
export function createReconciler({ models, record, git, space, storage, lifeMs, now, logger }: Parts): Reconciler {
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
    const path = storage.pathOf(application)
    const isLocked = await removeStaleLocks(path, new Date(at.getTime() - lifeMs))
    // After the locks, of which one may be HEAD’s.
    await followFirstBranch(git, path)
    // A lock that is not old enough yet may be of a push that was killed: it is come back to.
    if (!isLocked) await pushes.deleteMany({ application, endsBy: trusted({ $lte: at }) })
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
