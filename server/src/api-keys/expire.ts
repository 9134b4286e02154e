import { ProblemError } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { AccessModels } from '../access/documents.ts'
import type { Clock } from '../clock.ts'
import type { Job } from '../jobs/jobs.ts'
import { createResting } from '../jobs/resting.ts'
import type { Log } from '../log/log.ts'
import { system } from '../log/system.ts'
import { within } from '../log/tx.ts'
import type { Logger } from '../logger.ts'
import { named } from './api-key.ts'

/** At most so many at a time, so that stopping need not wait long; the rest has its turn next time. */
const atOnce = 200
const hourMs = 60 * 60 * 1_000

/**
 * Removes API keys whose time is over, and tells of it: from there on no clock that is set back brings them to life.
 * Nobody could use them any longer, removed or not.
 */
export function expireKeys({
  models: { apiKeys },
  log,
  now,
  logger,
}: {
  models: Pick<AccessModels, 'apiKeys'>
  log: Pick<Log, 'change'>
  now: Clock
  logger: Pick<Logger, 'warn'>
}): Job {
  const name = 'expire API keys'
  const resting = createResting(name, logger)

  async function expireIn(organisation: string): Promise<void> {
    const due = { organisation, expiresAt: trusted({ $lte: now() }) }
    try {
      await log.change(
        { logs: [organisation] },
        async () => ({ actor: system }),
        async (tx) => {
          const found = await apiKeys.find(due, null, within(tx)).sort({ _id: 1 }).lean()
          await apiKeys.deleteMany({ _id: trusted({ $in: found.map(({ _id }) => _id) }) }, within(tx))
          for (const key of found) tx.append(organisation, 'api_key.expired', { key: named(key) }, [key._id])
        },
      )
    } catch (error) {
      if (!(error instanceof ProblemError && error.code === 'not_found')) throw error
      // A deleted organisation, whose log is closed: when it is restored, it is told then.
      await apiKeys.updateMany(due, { $set: { dueAt: new Date(now().getTime() + hourMs) } })
    }
  }

  return {
    name,
    everyMs: 10_000,
    async run() {
      const due = await apiKeys
        .find({ dueAt: trusted({ $lte: now() }), organisation: trusted({ $nin: resting.ids() }) }, { organisation: 1 })
        .sort({ dueAt: 1 })
        .limit(atOnce)
        .lean()
      const organisations = new Set(due.map(({ organisation }) => organisation))
      for (const organisation of organisations) await resting.attempt(organisation, expireIn)
    },
  }
}
