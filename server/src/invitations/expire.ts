import { ProblemError } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { Clock } from '../clock.ts'
import type { Job } from '../jobs/jobs.ts'
import { createResting } from '../jobs/resting.ts'
import type { Log } from '../log/log.ts'
import { system } from '../log/system.ts'
import { type Tx, within } from '../log/tx.ts'
import type { Logger } from '../logger.ts'
import type { InvitationDocument, InvitationModels } from '../members/invited/documents.ts'
import { end } from '../members/invited/end.ts'
import { named } from '../members/invited/invitation.ts'

/** At most so many at a time, so that stopping need not wait long; the rest has its turn next time. */
const atOnce = 200
const hourMs = 60 * 60 * 1_000

/** Marks an invitation whose time is over. Nobody could accept it any longer, marked or not. */
export async function expire(models: InvitationModels, tx: Tx, invitation: InvitationDocument): Promise<void> {
  await end(models, tx, invitation, 'expired')
  tx.append(invitation.organisation, 'invitation.expired', { invitation: named(invitation) })
}

/** Tells of invitations that were not accepted in time. */
export function expireInvitations({
  models,
  log,
  now,
  logger,
}: {
  models: InvitationModels
  log: Pick<Log, 'change'>
  now: Clock
  logger: Pick<Logger, 'warn'>
}): Job {
  const { invitations } = models
  const name = 'expire invitations'
  const resting = createResting(name, logger)

  async function expireIn(organisation: string): Promise<void> {
    const due = { organisation, status: 'pending', dueAt: trusted({ $lte: now() }) } as const
    try {
      await log.change(
        { logs: [organisation] },
        async () => ({ actor: system }),
        async (tx) => {
          const found = await invitations.find(due, null, within(tx)).limit(atOnce).lean()
          for (const invitation of found) await expire(models, tx, invitation)
        },
      )
    } catch (error) {
      if (!(error instanceof ProblemError && error.code === 'not_found')) throw error
      // A deleted organisation, whose log is closed: when it is restored, they are marked then.
      await invitations.updateMany(due, { $set: { dueAt: new Date(now().getTime() + hourMs) } })
    }
  }

  return {
    name,
    everyMs: 10_000,
    async run() {
      const due = await invitations
        .find(
          { status: 'pending', dueAt: trusted({ $lte: now() }), organisation: trusted({ $nin: resting.ids() }) },
          { organisation: 1 },
        )
        .sort({ dueAt: 1 })
        .limit(atOnce)
        .lean()
      const organisations = new Set(due.map(({ organisation }) => organisation))
      for (const organisation of organisations) await resting.attempt(organisation, expireIn)
    },
  }
}
