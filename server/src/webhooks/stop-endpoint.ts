/** Ends what is sent to an endpoint where nobody has asked for it, tells the log, and writes to the Admins. */
import { ProblemError } from '@rolecall/contract'
import type { AccessModels } from '../access/documents.ts'
import { grantsIn } from '../access/grants.ts'
import type { Log } from '../log/log.ts'
import { system } from '../log/system.ts'
import { type Tx, within } from '../log/tx.ts'
import type { Mails } from '../mail/outbox.ts'
import type { OrganisationModels } from '../organisations/documents.ts'
import type { WebhookDocument, WebhookModels } from './documents.ts'
import type { Lease } from './lease.ts'
import { ownerPermissions } from './rights.ts'
import { named } from './shown.ts'

export interface StopParts {
  readonly models: WebhookModels & Pick<AccessModels, 'memberships'> & Pick<OrganisationModels, 'organisations'>
  readonly log: Pick<Log, 'change' | 'locked'>
  readonly mails: Mails
}

export type StopReason =
  | { readonly reason: 'owner_lost' }
  | { readonly reason: 'gone' }
  | { readonly reason: 'failing'; readonly failingSince: Date }

/** An organisation may have more Admins than anybody wants to write to. */
const maxMails = 50

/**
 * Pauses or disables an endpoint whose lease is held. Under the lock of its log it looks again: it may have been
 * stopped, changed or adopted, and its owner may have got back what they had lost; then nothing happens. Answers `closed`
 * where the organisation was deleted.
 */
export async function stopEndpoint(
  { models, log, mails }: StopParts,
  { webhook: { _id, organisation, url }, lease }: { readonly webhook: WebhookDocument; readonly lease: Lease },
  why: StopReason,
): Promise<'stopped' | 'unchanged' | 'closed'> {
  const { webhooks, webhookCursors, memberships, organisations } = models

  /** The endpoint, where it is still as it was when there was reason to stop it. */
  async function found(tx: Tx): Promise<WebhookDocument | undefined> {
    const webhook = await webhooks.findOne({ _id, url }, null, within(tx)).lean()
    const cursor = await webhookCursors.findOne({ _id, fence: lease.cursor.fence }, { _id: 1 }, within(tx)).lean()
    if (webhook === null || cursor === null || webhook.stopped !== undefined) return undefined
    return why.reason === 'owner_lost' && (await mayManage(tx, webhook)) ? undefined : webhook
  }

  async function mayManage(tx: Tx, webhook: WebhookDocument): Promise<boolean> {
    const grants = grantsIn(log.locked(tx, organisation))
    return (await ownerPermissions(models, tx, grants, webhook)) !== undefined
  }

  async function writeToAdmins(tx: Tx, { owner }: WebhookDocument): Promise<void> {
    const admins = await memberships
      .find({ organisation, role: 'admin', status: 'active' }, { account: 1 }, within(tx))
      .sort({ _id: 1 })
      .limit(maxMails)
      .lean()
    const found = await organisations.findById(organisation, { name: 1 }, within(tx)).lean()
    const told = { organisation: { id: organisation, name: found?.name ?? '' }, endpoint: new URL(url).host }
    for (const { account } of admins) {
      if (why.reason === 'owner_lost') {
        const data = { ...told, owner: owner.name }
        await mails.queue(tx, { to: account.email, kind: 'webhook_paused', data })
      } else {
        const data = { ...told, reason: why.reason }
        await mails.queue(tx, { to: account.email, kind: 'webhook_disabled', data })
      }
    }
  }

  async function change(tx: Tx): Promise<'stopped' | 'unchanged'> {
    const webhook = await found(tx)
    if (webhook === undefined) return 'unchanged'
    const { reason } = why
    await webhooks.updateOne({ _id }, { $set: { stopped: { reason, at: tx.at } } }, within(tx))
    if (reason === 'owner_lost') {
      tx.append(organisation, 'webhook.paused', { webhook: named(webhook), reason, owner: webhook.owner })
    } else {
      const since = why.reason === 'failing' ? { failingSince: why.failingSince.toISOString() } : {}
      tx.append(organisation, 'webhook.disabled', { webhook: named(webhook), reason, ...since })
    }
    await writeToAdmins(tx, webhook)
    return 'stopped'
  }

  try {
    const { body } = await log.change({ logs: [organisation] }, async () => ({ actor: system }), change)
    return body
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'not_found') return 'closed'
    throw error
  }
}
