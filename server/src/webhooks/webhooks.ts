import { isDeepStrictEqual } from 'node:util'
import { matchesType, maxListed, problem } from '@rolecall/contract'
import { eventDefinitions } from '@rolecall/contract/schemas'
import type { Me } from '../access/me.ts'
import type { Handlers } from '../http/call.ts'
import { newId } from '../ids.ts'
import { type Tx, within } from '../log/tx.ts'
import { createDeliveries } from './deliveries.ts'
import { createDirecting, type DirectingParts } from './directing.ts'
import type { WebhookCursorDocument, WebhookDocument } from './documents.ts'
import { existing, resumeCursor } from './endpoint.ts'
import type { Guard } from './guard.ts'
import { checkMayDirect, checkOwns } from './rights.ts'
import { composed, named, shown, shownIn } from './shown.ts'
import { newSecret } from './signing.ts'

interface Parts extends DirectingParts {
  readonly guard: Pick<Guard, 'refusalOf'>
}

const maxWebhooks = maxListed.webhooks
const countedUpTo = 1_000

export function createWebhooks(parts: Parts): Handlers<'webhooks'> {
  const { models, access, log, guard, secrets } = parts
  const { webhooks, webhookCursors, webhookDeliveries } = models

  function checkComposition({
    url,
    types,
  }: {
    readonly url?: string | undefined
    readonly types?: string[] | undefined
  }): void {
    const refusal = url === undefined ? undefined : guard.refusalOf(url)
    if (refusal !== undefined) throw invalid('url', refusal)
    const unknown = types?.find((pattern) => !eventTypes.some((type) => matchesType([pattern], type)))
    if (unknown !== undefined) throw invalid('types', `${unknown} is no type of events, and matches none`)
  }

  async function setEnabled(
    tx: Tx,
    me: Me,
    webhook: WebhookDocument,
    enabled: boolean | undefined,
  ): Promise<WebhookDocument> {
    const { _id, organisation, stopped, owner } = webhook
    if (enabled === undefined || enabled === (stopped === undefined)) return webhook
    if (!enabled) {
      const paused = { reason: 'by_member', at: tx.at, by: me.actor } as const
      await webhooks.updateOne({ _id }, { $set: { stopped: paused } }, within(tx))
      tx.append(organisation, 'webhook.paused', { webhook: named(webhook), reason: 'by_member', owner })
      return { ...webhook, stopped: paused }
    }
    await checkMayDirect(models, tx, me, webhook)
    await webhooks.updateOne({ _id }, { $unset: { stopped: 1 } }, within(tx))
    await resumeCursor(models, tx, _id)
    tx.append(organisation, 'webhook.resumed', { webhook: named(webhook) })
    const { stopped: _, ...resumed } = webhook
    return resumed
  }

  return {
    ...createDirecting(parts),
    ...createDeliveries(parts),

    list: (call) =>
      access.readOrganisation(call, async (snapshot, { organisation }) => {
        const found = await webhooks.find({ organisation }, null, within(snapshot)).sort({ _id: 1 }).lean()
        return { data: await shown(models, snapshot, found, parts.now()) }
      }),

    async create(call) {
      checkComposition(call.body)
      const { enabled, types, description, ...chosen } = call.body
      const secret = newSecret()
      return access.changeOrganisation(call, async (tx, me, organisation) => {
        const count = await webhooks.countDocuments({ organisation }, within(tx))
        if (count >= maxWebhooks)
          throw problem('webhook_limit', { detail: `There can be ${maxWebhooks}. Delete one first.` })
        const _id = newId('whk')
        const webhook: WebhookDocument = {
          _id,
          organisation,
          ...chosen,
          types: [...new Set(types)],
          description: description.trim(),
          owner: { id: me.account.id, name: me.account.name },
          ...(enabled ? {} : { stopped: { reason: 'by_member', at: tx.at, by: me.actor } }),
          secrets: [{ sealed: secrets.seal(_id, secret), createdAt: tx.at }],
          createdAt: tx.at,
        }
        await webhooks.create([webhook], within(tx))
        const { owner } = webhook
        const seq = tx.append(organisation, 'webhook.created', {
          webhook: { id: _id, ...composed(webhook), owner, enabled },
        })
        const cursor: WebhookCursorDocument = { _id, organisation, seq, fence: 0, round: 0 }
        await webhookCursors.create([cursor], within(tx))
        return { ...(await shownIn(models, tx, webhook)), secret }
      })
    },

    get: (call) =>
      access.readOrganisation(call, async (snapshot, { organisation }) => {
        const webhook = await existing(models, snapshot, call.params.webhook, organisation)
        const cursor = await webhookCursors.findById(webhook._id, { seq: 1 }, within(snapshot)).lean()
        const head = await log.head(snapshot, organisation)
        const [only] = await shown(models, snapshot, [webhook], parts.now())
        if (only === undefined || cursor === null || head === undefined) throw problem('not_found')
        const retrying = await webhookDeliveries.countDocuments(
          { webhook: webhook._id, status: 'retrying' },
          { ...within(snapshot), limit: countedUpTo },
        )
        return { ...only, position: { seq: cursor.seq, behind: head.seq - cursor.seq }, retrying }
      }),

    async update(call) {
      checkComposition(call.body)
      const { enabled, url, types, description, ordered, concurrency } = call.body
      return access.changeOrganisation(call, async (tx, me, organisation) => {
        const webhook = await existing(models, tx, call.params.webhook, organisation)
        const changed: WebhookDocument = {
          ...webhook,
          ...(url === undefined ? {} : { url }),
          ...(types === undefined ? {} : { types: [...new Set(types)] }),
          ...(description === undefined ? {} : { description: description.trim() }),
          ...(ordered === undefined ? {} : { ordered }),
          ...(concurrency === undefined ? {} : { concurrency }),
        }
        if (changed.url !== webhook.url) {
          await checkOwns(models, tx, me, webhook)
          await resumeCursor(models, tx, webhook._id)
        }
        if (!isDeepStrictEqual(changed, webhook)) {
          await webhooks.updateOne({ _id: webhook._id }, { $set: composed(changed) }, within(tx))
          tx.append(organisation, 'webhook.updated', {
            webhook: named(changed),
            before: composed(webhook),
            after: composed(changed),
          })
        }
        return shownIn(models, tx, await setEnabled(tx, me, changed, enabled))
      })
    },

    delete: (call) =>
      access.changeOrganisation(call, async (tx, _me, organisation) => {
        const webhook = await existing(models, tx, call.params.webhook, organisation)
        const { _id } = webhook
        await webhooks.deleteOne({ _id }, within(tx))
        // The record of its deliveries may be too long for one change: a job removes it, and the cursor last.
        await webhookCursors.updateOne(
          { _id },
          { $inc: { fence: 1 }, $set: { deletedAt: tx.at }, $unset: { lease: 1, wakeAt: 1 } },
          within(tx),
        )
        tx.append(organisation, 'webhook.deleted', { webhook: named(webhook) })
        return undefined
      }),
  }
}

const eventTypes = Object.entries(eventDefinitions).flatMap(([type, { audience }]) =>
  audience === 'self' ? [] : [type],
)

function invalid(path: string, message: string) {
  return problem('invalid_request', { detail: `${path}: ${message}`, errors: [{ path, message }] })
}
