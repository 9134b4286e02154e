/** What became of events at an endpoint, for those who may see the events. */
import { matchesType, problem, type WebhookDelivery } from '@rolecall/contract'
import { type EventType, eventDefinitions } from '@rolecall/contract/schemas'
import { trusted } from 'mongoose'
import type { Me } from '../access/me.ts'
import type { PermissionSet } from '../access/permission-set.ts'
import type { Handlers } from '../http/call.ts'
import { pageOf } from '../list-cursor.ts'
import { show } from '../log/read.ts'
import { type Snapshot, within } from '../log/tx.ts'
import { attemptsOf } from './attempts.ts'
import type { DirectingParts } from './directing.ts'
import type { DeliveryDocument } from './documents.ts'
import { askedFor, checkEnabled, existing } from './endpoint.ts'
import { checkMayDirect } from './rights.ts'

type Deliveries = Pick<Handlers<'webhooks'>, 'deliveries' | 'delivery' | 'redeliver'>

export function createDeliveries({ models, access, cursors }: DirectingParts): Deliveries {
  const { webhookDeliveries, webhookCursors, events } = models

  async function existingDelivery(
    snapshot: Snapshot,
    { organisation, permissions }: Pick<Me, 'organisation' | 'permissions'>,
    { webhook, delivery }: { readonly webhook: string; readonly delivery: string },
  ): Promise<DeliveryDocument> {
    const found = await webhookDeliveries
      .findOne({ _id: delivery, webhook, organisation }, null, within(snapshot))
      .lean()
    if (found === null || !maySee(permissions, found)) throw problem('not_found')
    return found
  }

  async function newest(
    snapshot: Snapshot,
    webhook: string,
    { before, limit, status, types }: Wanted,
  ): Promise<DeliveryDocument[]> {
    const found: DeliveryDocument[] = []
    for (const condition of conditionsFor(status, types)) {
      const some = await webhookDeliveries
        .find(
          { webhook, ...(before === undefined ? {} : { seq: trusted({ $lt: before }) }), ...condition },
          withoutBodies,
          within(snapshot),
        )
        .sort({ seq: -1 })
        .limit(limit + 1)
        .lean()
      found.push(...some)
    }
    return found.sort((one, other) => other.seq - one.seq)
  }

  return {
    async deliveries(call) {
      const { after, limit, status, type } = call.query
      return access.readOrganisation(call, async (snapshot, { organisation, permissions }) => {
        const { _id } = await existing(models, snapshot, call.params.webhook, organisation)
        const list = `${status ?? 'all'} deliveries of ${type ?? 'all'} at ${_id}`
        const position = cursors.read(list, after)
        const found = await newest(snapshot, _id, {
          before: position === undefined ? undefined : Number(position),
          limit,
          status,
          types: visibleTypes(permissions, type),
        })
        return pageOf(found, limit, shownDelivery, ({ seq }) => cursors.write(list, String(seq)))
      })
    },

    delivery: (call) =>
      access.readOrganisation(call, async (snapshot, me) => {
        await existing(models, snapshot, call.params.webhook, me.organisation)
        const delivery = await existingDelivery(snapshot, me, call.params)
        const { organisation, seq } = delivery
        const event = await events.findOne({ log: organisation, seq }, null, within(snapshot)).lean()
        if (event === null) throw problem('not_found')
        return { ...shownDelivery(delivery), body: JSON.stringify(show(event)), log: attemptsOf(delivery) }
      }),

    redeliver: (call) =>
      access.changeOrganisation(call, async (tx, me, organisation) => {
        const webhook = await existing(models, tx, call.params.webhook, organisation)
        const delivery = await existingDelivery(tx, me, call.params)
        await checkMayDirect(models, tx, me, webhook)
        checkEnabled(webhook)
        const again = askedFor(tx.at)
        await webhookDeliveries.updateOne({ _id: delivery._id }, { $set: again, $unset: { expiresAt: 1 } }, within(tx))
        await webhookCursors.updateOne({ _id: webhook._id }, { $set: { wakeAt: tx.at } }, within(tx))
        return shownDelivery({ ...delivery, ...again })
      }),
  }
}

interface Wanted {
  readonly before: number | undefined
  readonly limit: number
  readonly status: DeliveryDocument['status'] | undefined
  /** Undefined where it may be any. */
  readonly types: readonly EventType[] | undefined
}

const typesOfOrganisations = (Object.keys(eventDefinitions) as EventType[]).filter(
  (type) => eventDefinitions[type].audience !== 'self',
)

const maySee = (permissions: PermissionSet, { audience }: Pick<DeliveryDocument, 'audience'>): boolean =>
  audience !== 'self' && permissions.has(audience)

function visibleTypes(permissions: PermissionSet, pattern: string | undefined): readonly EventType[] | undefined {
  const types = typesOfOrganisations.filter(
    (type) => matchesType([pattern ?? '*'], type) && maySee(permissions, eventDefinitions[type]),
  )
  return types.length === typesOfOrganisations.length ? undefined : types
}

/** As for the log itself: conditions that together find what is asked for, each in an index of its own. */
function conditionsFor(status: Wanted['status'], types: Wanted['types']): readonly object[] {
  if (types === undefined) return [status === undefined ? {} : { status }]
  // Those of another status than `delivered` are few, and of the others a reader sees many.
  if (status !== undefined) return [{ status, 'event.type': trusted({ $in: types }) }]
  return types.map((type) => ({ 'event.type': type }))
}

/** A page of deliveries would else hold up to 20 bodies of each. */
const withoutBodies: Record<string, 0> = {
  'log.request': 0,
  'log.response.headers': 0,
  'log.response.body': 0,
  lastBody: 0,
}

function shownDelivery(delivery: DeliveryDocument): WebhookDelivery {
  const { _id, webhook, seq, event, status, attempts, createdAt, lastAt, nextAt, log } = delivery
  const [last] = log
  return {
    id: _id,
    webhook,
    event: { id: event.id, seq, type: event.type, at: event.at.toISOString() },
    status,
    attempts,
    createdAt: createdAt.toISOString(),
    ...(lastAt === undefined ? {} : { lastAt: lastAt.toISOString() }),
    ...(status === 'retrying' && nextAt !== undefined ? { nextAt: nextAt.toISOString() } : {}),
    ...(last === undefined ? {} : { lastOutcome: last.outcome }),
    ...(last?.response === undefined ? {} : { lastStatus: last.response.status }),
  }
}
