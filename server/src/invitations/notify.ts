import { trusted } from 'mongoose'
import type { AccessModels } from '../access/documents.ts'
import type { Job } from '../jobs/jobs.ts'
import { createResting } from '../jobs/resting.ts'
import type { Log } from '../log/log.ts'
import { system } from '../log/system.ts'
import { within } from '../log/tx.ts'
import type { Logger } from '../logger.ts'
import type { InvitationDocument, InvitationModels } from '../members/invited/documents.ts'
import type { OrganisationModels } from '../organisations/documents.ts'
import type { RoleModels } from '../roles/documents.ts'
import { shownReceived } from './received.ts'

const atOnce = 100

/**
 * Tells the accounts of invited people, in their own logs. Afterwards and not where the invitation is made: that takes as
 * long for an address without an account. Only addresses that are confirmed: one that somebody has merely claimed is told
 * nothing.
 */
export function notifyInvited({
  models,
  log,
  logger,
}: {
  models: InvitationModels & RoleModels & Pick<OrganisationModels, 'organisations'> & Pick<AccessModels, 'accounts'>
  log: Pick<Log, 'change'>
  logger: Pick<Logger, 'warn'>
}): Job {
  const { invitations, accounts } = models
  const name = 'notify invited people'
  const resting = createResting(name, logger)

  async function notify({ _id, emailKey }: InvitationDocument): Promise<void> {
    const account = await accounts.findOne({ emailKey, emailVerified: true }, { _id: 1 }).lean()
    if (account === null) {
      await invitations.updateOne({ _id }, { $unset: { notice: 1 } })
      return
    }
    await log.change(
      { logs: [account._id] },
      async () => ({ actor: system }),
      async (tx) => {
        // Another node may have told of it, and it may have ended.
        const invitation = await invitations
          .findOneAndUpdate({ _id, notice: 'due' }, { $unset: { notice: 1 } }, within(tx))
          .lean()
        if (invitation === null) return
        const [received] = await shownReceived(models, tx, [invitation])
        if (received === undefined) return
        const { id, role, organisation, inviter } = received
        tx.append(account._id, 'invitation.received', { invitation: { id, role }, organisation, inviter })
      },
    )
  }

  return {
    name,
    everyMs: 1_000,
    async run() {
      const due = await invitations
        .find({ notice: 'due', _id: trusted({ $nin: resting.ids() }) })
        .limit(atOnce)
        .lean()
      for (const invitation of due) await resting.attempt(invitation._id, () => notify(invitation))
    },
  }
}
