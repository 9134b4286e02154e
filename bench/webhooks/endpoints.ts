/** Endpoints to measure with: more than an organisation may have, straight in the database. */
import type { App } from '@rolecall/server'
import { newId } from '../../server/src/ids.ts'
import type { WebhookCursorDocument, WebhookDocument } from '../../server/src/webhooks/documents.ts'
import { createSealedSecrets, newSecret } from '../../server/src/webhooks/signing.ts'
import type { World } from '../world.ts'

export interface Chosen {
  readonly url: string
  readonly types?: readonly string[]
  readonly concurrency?: number
}

/** A new endpoint; answers its path. */
export async function anEndpoint(world: World, organisation: string, chosen: Chosen): Promise<string> {
  const list = `/organisations/${organisation}/webhooks`
  const { body } = await world.call('POST', list, chosen)
  return `${list}/${(body as { id: string }).id}`
}

/** So many that are alike. */
export async function endpoints(world: World, organisation: string, count: number, chosen: Chosen): Promise<void> {
  const path = await anEndpoint(world, organisation, chosen)
  await world.server.call('copyWebhook', { webhook: path.split('/').at(-1), count: count - 1 })
  // What is known of an organisation's endpoints is forgotten at an event of one of them.
  await world.call('PATCH', path, { description: 'One of many' })
}

export async function copyWebhook(
  connection: App['connection'],
  secretKey: string,
  { webhook, count }: { readonly webhook: string; readonly count: number },
): Promise<void> {
  const webhooks = connection.collection<WebhookDocument>('webhooks')
  const cursors = connection.collection<WebhookCursorDocument>('webhookCursors')
  const original = await webhooks.findOne({ _id: webhook })
  if (original === null) throw new Error(`there is no webhook ${webhook}`)
  const { organisation, createdAt } = original
  const seq = (await cursors.findOne({ _id: webhook }))?.seq ?? 0
  const secrets = createSealedSecrets(secretKey)
  const ids = Array.from({ length: count }, () => newId('whk'))
  if (count === 0) return
  await webhooks.insertMany(
    ids.map((_id) => ({ ...original, _id, secrets: [{ sealed: secrets.seal(_id, newSecret()), createdAt }] })),
  )
  await cursors.insertMany(ids.map((_id) => ({ _id, organisation, seq, fence: 0, round: 0 })))
}
