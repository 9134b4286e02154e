/** Endpoints in a change: finding them, and letting them go on. */
import { problem } from '@rolecall/contract'
import { trusted } from 'mongoose'
import { type Snapshot, type Tx, within } from '../log/tx.ts'
import type { WebhookDocument, WebhookModels } from './documents.ts'

/** Throws `not_found`. */
export async function existing(
  { webhooks }: Pick<WebhookModels, 'webhooks'>,
  snapshot: Snapshot,
  id: string,
  organisation: string,
): Promise<WebhookDocument> {
  const webhook = await webhooks.findOne({ _id: id, organisation }, null, within(snapshot)).lean()
  if (webhook === null) throw problem('not_found')
  return webhook
}

/** Refuses what has no effect while nothing is sent: `webhook_not_enabled`. */
export function checkEnabled({ stopped }: WebhookDocument): void {
  if (stopped === undefined) return
  throw problem('webhook_not_enabled', { detail: 'Nothing is sent to it at present. Resume it first.' })
}

/** What makes a delivery one that somebody asked for: its tries are counted anew, and it is due at once. */
export function askedFor(at: Date) {
  return { status: 'retrying', tries: 0, nextAt: at, isAskedFor: true } as const
}

/**
 * Lets the endpoint begin afresh: failures of before count no more, what waits to be tried again is due at once, and
 * whoever moves the cursor reads it again.
 */
export async function resumeCursor(
  { webhookCursors, webhookDeliveries }: WebhookModels,
  tx: Tx,
  id: string,
): Promise<void> {
  // Else the first event of an ordered endpoint could hold up the others for a day longer.
  await webhookDeliveries.updateMany(
    { webhook: id, status: 'retrying', nextAt: trusted({ $gt: tx.at }) },
    { $set: { nextAt: tx.at } },
    within(tx),
  )
  await webhookCursors.updateOne(
    { _id: id },
    { $inc: { fence: 1 }, $unset: { failingSince: 1, failedAt: 1, notBefore: 1 } },
    within(tx),
  )
}
