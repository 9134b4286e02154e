import { ProblemError } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { AccessModels } from '../access/documents.ts'
import { grantsIn } from '../access/grants.ts'
import type { ApiKeyDocument } from '../access/key-document.ts'
import type { Clock } from '../clock.ts'
import type { Job } from '../jobs/jobs.ts'
import { createResting } from '../jobs/resting.ts'
import type { Log } from '../log/log.ts'
import { system } from '../log/system.ts'
import { type Tx, within } from '../log/tx.ts'
import type { Logger } from '../logger.ts'
import { composed, named } from './api-key.ts'
import { issuerRole, replace } from './stored.ts'

/** At most so many at a time, so that stopping need not wait long; the rest has its turn next time. */
const atOnce = 200
const hourMs = 60 * 60 * 1_000

/**
 * Removes API keys whose time is over, and former secrets, and tells of it: from there on no clock that is set back
 * brings them to life. Nobody could use them any longer, removed or not.
 */
export function expireKeys({
  models,
  log,
  now,
  logger,
}: {
  models: Pick<AccessModels, 'apiKeys' | 'memberships'>
  log: Pick<Log, 'change' | 'locked'>
  now: Clock
  logger: Pick<Logger, 'warn'>
}): Job {
  const { apiKeys } = models
  const name = 'expire API keys'
  const resting = createResting(name, logger)

  async function endFormer(tx: Tx, before: ApiKeyDocument): Promise<void> {
    const after = { ...before, former: before.former.filter(({ until }) => until > tx.at) }
    await replace(models, tx, after)
    const grants = grantsIn(log.locked(tx, before.organisation))
    const role = await issuerRole(models, tx, before)
    tx.append(
      before.organisation,
      'api_key.updated',
      { key: named(after), before: composed(before, role, grants), after: composed(after, role, grants) },
      [after._id],
    )
  }

  async function expireIn(organisation: string): Promise<void> {
    const isOver = { organisation, expiresAt: trusted({ $lte: now() }) }
    const isFormerOver = { organisation, 'former.until': trusted({ $lte: now() }) }
    try {
      await log.change(
        { logs: [organisation] },
        async () => ({ actor: system }),
        async (tx) => {
          const over = await apiKeys.find(isOver, null, within(tx)).sort({ _id: 1 }).lean()
          await apiKeys.deleteMany({ _id: trusted({ $in: over.map(({ _id }) => _id) }) }, within(tx))
          for (const key of over) tx.append(organisation, 'api_key.expired', { key: named(key) }, [key._id])
          const rotated = await apiKeys.find(isFormerOver, null, within(tx)).sort({ _id: 1 }).lean()
          for (const key of rotated) await endFormer(tx, key)
        },
      )
    } catch (error) {
      if (!(error instanceof ProblemError && error.code === 'not_found')) throw error
      // A deleted organisation, whose log is closed: when it is restored, it is told then.
      await apiKeys.updateMany({ $or: [isOver, isFormerOver] }, { $set: { dueAt: new Date(now().getTime() + hourMs) } })
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
