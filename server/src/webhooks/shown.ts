/** An endpoint as it is shown, and as events name it. */
import type { Webhook } from '@rolecall/contract'
import { trusted } from 'mongoose'
import { type Snapshot, type Tx, within } from '../log/tx.ts'
import type { WebhookCursorDocument, WebhookDocument, WebhookModels } from './documents.ts'

type Models = Pick<WebhookModels, 'webhookCursors'>

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

/** Endpoints of one organisation as their managers see them. */
export async function shown(
  models: Models,
  snapshot: Snapshot,
  webhooks: readonly WebhookDocument[],
  at: Date,
): Promise<Webhook[]> {
  const cursors = await cursorsOf(models, snapshot, webhooks)
  return webhooks.map((webhook) => {
    const { _id, organisation, stopped, owner, createdAt } = webhook
    const { failingSince, notBefore } = cursors.get(_id) ?? {}
    return {
      id: _id,
      organisation,
      ...composed(webhook),
      enabled: stopped === undefined,
      ...(stopped === undefined ? {} : { stopped: shownStop(stopped) }),
      owner: { id: owner.id, name: owner.name },
      secrets: liveSecrets(webhook, at).map((secret) => ({
        createdAt: secret.createdAt.toISOString(),
        ...(secret.expiresAt === undefined ? {} : { expiresAt: secret.expiresAt.toISOString() }),
      })),
      createdAt: createdAt.toISOString(),
      ...(failingSince === undefined ? {} : { failingSince: failingSince.toISOString() }),
      ...(notBefore === undefined || notBefore <= at ? {} : { notBefore: notBefore.toISOString() }),
    }
  })
}

function shownStop({ reason, at, by }: NonNullable<WebhookDocument['stopped']>): NonNullable<Webhook['stopped']> {
  return { reason, at: at.toISOString(), ...(by === undefined ? {} : { by }) }
}

/** One endpoint as a change leaves it. */
export async function shownIn(models: Models, tx: Tx, webhook: WebhookDocument): Promise<Webhook> {
  const [only] = await shown(models, tx, [webhook], tx.at)
  if (only === undefined) throw new Error('a webhook was not shown')
  return only
}

async function cursorsOf(
  { webhookCursors }: Models,
  snapshot: Snapshot,
  webhooks: readonly WebhookDocument[],
): Promise<Map<string, Pick<WebhookCursorDocument, 'failingSince' | 'notBefore'>>> {
  const ids = webhooks.map(({ _id }) => _id)
  const found = await webhookCursors
    .find({ _id: trusted({ $in: ids }) }, { failingSince: 1, notBefore: 1 }, within(snapshot))
    .lean()
  return new Map(found.map((cursor) => [cursor._id, cursor]))
}
