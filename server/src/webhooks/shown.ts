/** An endpoint as it is shown, and as events name it. */
import type { Webhook } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { AccessModels } from '../access/documents.ts'
import { type Snapshot, within } from '../log/tx.ts'
import type { WebhookCursorDocument, WebhookDocument, WebhookModels } from './documents.ts'

type Models = Pick<WebhookModels, 'webhookCursors'> & Pick<AccessModels, 'memberships'>

/** As an event names it. */
export const named = ({ _id, url }: Pick<WebhookDocument, '_id' | 'url'>) => ({ id: _id, url })

/** What was chosen of it, as events tell it. */
export function composed({ url, types, description, ordered, concurrency }: WebhookDocument) {
  return { url, types, description, ordered, concurrency }
}

/** Secrets that sign at this time, the newest first. */
export function liveSecrets({ secrets }: Pick<WebhookDocument, 'secrets'>, at: Date): WebhookDocument['secrets'] {
  return secrets.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > at)
}

/** Endpoints of one organisation as their managers see them: with how it goes, and the present names of their owners. */
export async function shown(
  models: Models,
  snapshot: Snapshot,
  webhooks: readonly WebhookDocument[],
  at: Date,
): Promise<Webhook[]> {
  const cursors = await cursorsOf(models, snapshot, webhooks)
  const names = await namesOf(models, snapshot, webhooks)
  return webhooks.map((webhook) => {
    const { _id, organisation, stopped, owner, createdAt } = webhook
    const failingSince = cursors.get(_id)?.failingSince
    return {
      id: _id,
      organisation,
      ...composed(webhook),
      enabled: stopped === undefined,
      ...(stopped === undefined ? {} : { stopped: { reason: stopped.reason, at: stopped.at.toISOString() } }),
      owner: { id: owner.id, name: names.get(owner.id) ?? owner.name },
      secrets: liveSecrets(webhook, at).map((secret) => ({
        createdAt: secret.createdAt.toISOString(),
        ...(secret.expiresAt === undefined ? {} : { expiresAt: secret.expiresAt.toISOString() }),
      })),
      createdAt: createdAt.toISOString(),
      ...(failingSince === undefined ? {} : { failingSince: failingSince.toISOString() }),
    }
  })
}

async function cursorsOf(
  { webhookCursors }: Models,
  snapshot: Snapshot,
  webhooks: readonly WebhookDocument[],
): Promise<Map<string, Pick<WebhookCursorDocument, 'failingSince'>>> {
  const ids = webhooks.map(({ _id }) => _id)
  const found = await webhookCursors.find({ _id: trusted({ $in: ids }) }, { failingSince: 1 }, within(snapshot)).lean()
  return new Map(found.map((cursor) => [cursor._id, cursor]))
}

/** Of those who are members: the others keep the name that they had. */
async function namesOf(
  { memberships }: Models,
  snapshot: Snapshot,
  webhooks: readonly WebhookDocument[],
): Promise<Map<string, string>> {
  const [one] = webhooks
  if (one === undefined) return new Map()
  const accounts = [...new Set(webhooks.map(({ owner }) => owner.id))]
  const found = await memberships
    .find(
      { organisation: one.organisation, 'account.id': trusted({ $in: accounts }) },
      { account: 1 },
      within(snapshot),
    )
    .lean()
  return new Map(found.map(({ account }) => [account.id, account.name]))
}
