import { trusted } from 'mongoose'
import type { AccessModels } from '../access/documents.ts'
import type { ApplicationModels } from '../applications/documents.ts'
import type { BillingModels } from '../billing/documents.ts'
import type { Clock } from '../clock.ts'
import type { Job } from '../jobs/jobs.ts'
import type { InvitationModels } from '../members/invited/documents.ts'
import type { RepositoryModels } from '../repositories/documents.ts'
import type { RoleModels } from '../roles/documents.ts'
import type { WebhookModels } from '../webhooks/documents.ts'
import { heldForMs } from './claims.ts'
import type { OrganisationModels } from './documents.ts'

type Models = OrganisationModels &
  InvitationModels &
  RoleModels &
  ApplicationModels &
  Pick<RepositoryModels, 'repositories'> &
  BillingModels &
  Pick<WebhookModels, 'webhooks' | 'webhookCursors'> &
  Pick<AccessModels, 'memberships' | 'apiKeys'>

/**
 * A restoration asks for the time as it begins and may take some seconds to commit; another server's clock may be behind.
 * What is removed here is in no change with it, so it waits until there can be none.
 */
const graceMs = 60 * 1_000

/** At most so many organisations at a time, so that stopping need not wait long; the rest has its turn next time. */
const atOnce = 20

/**
 * Removes for good what is personal in organisations that were not restored in time: who was a member, who was invited,
 * roles, API keys, applications, webhooks, invoices, names. Left are the closed log, and a document that says that there was something.
 */
export function emptyDeleted({ models, now }: { models: Models; now: Clock }): Job {
  const {
    organisations,
    names,
    memberships,
    apiKeys,
    invitations,
    roles,
    applications,
    repositories,
    webhooks,
    webhookCursors,
    invoices,
    ledgers,
  } = models

  async function empty(organisation: string): Promise<void> {
    // Nobody can restore it any more: its time is over, asked in the change that would, which has ended since.
    await memberships.deleteMany({ organisation })
    await invitations.deleteMany({ organisation })
    await roles.deleteMany({ organisation })
    await apiKeys.deleteMany({ organisation })
    await applications.deleteMany({ organisation })
    await repositories.updateMany({ organisation }, { $set: { deletedAt: now() } })
    await invoices.deleteMany({ organisation })
    await ledgers.deleteOne({ _id: organisation })
    // As when they are deleted one by one: the record of their deliveries goes next.
    await webhookCursors.updateMany(
      { organisation },
      { $inc: { fence: 1 }, $set: { deletedAt: now() }, $unset: { lease: 1, wakeAt: 1 } },
    )
    await webhooks.deleteMany({ organisation })
    await names.deleteMany({ organisation, heldUntil: trusted({ $lte: now() }) })
    // Last, so that a crash before leaves it to be done again.
    await organisations.updateOne(
      { _id: organisation },
      { $set: { emptiedAt: now(), name: '', nameKey: '', description: '' }, $unset: { founder: 1, touched: 1 } },
    )
  }

  return {
    name: 'empty deleted organisations',
    everyMs: 10 * 60 * 1_000,
    async run() {
      const over = new Date(now().getTime() - heldForMs - graceMs)
      const due = await organisations
        .find({ deletedAt: trusted({ $lte: over }), emptiedAt: trusted({ $exists: false }) }, { _id: 1 })
        .sort({ deletedAt: 1 })
        .limit(atOnce)
        .lean()
      for (const { _id } of due) await empty(_id)
    },
  }
}
