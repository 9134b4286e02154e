/**
 * Who sends to an endpoint. One node at a time holds its lease, which is a time and a fencing number in the endpoint's
 * cursor: a holder writes only where it still meets its number. Until when the lease holds the holder judges by a clock
 * that nobody sets, from before it asked, so that it stops before anybody else begins; and by the one that all go by,
 * since the other stands still while a machine sleeps.
 */
import type { Clock } from '../clock.ts'
import { driverCollection } from '../database/driver-collection.ts'
import type { WebhookCursorDocument, WebhookModels } from './documents.ts'
import { together } from './together.ts'

/** What the holder of a lease writes down of how far it has come. */
export interface Progress {
  readonly seq: number
  readonly failingSince: Date | undefined
  readonly failedAt: Date | undefined
  readonly notBefore: Date | undefined
}

export interface Lease {
  /** As it was when the lease began. */
  readonly cursor: WebhookCursorDocument
  /** False once it could not be renewed in time: somebody else may send. */
  isHeld(): boolean
  /** Renews it. Answers false where the cursor was moved by somebody else, or is somebody else's. */
  save(progress: Progress): Promise<boolean>
  /** Gives it back; `wakeAt`: when there is something to do again that no event tells of. */
  release(progress: Progress, wakeAt: Date | undefined): Promise<void>
}

export interface Leases {
  /** Answers, where it cannot be had, for how many milliseconds it is somebody else's; undefined: it was deleted. */
  claim(webhook: string): Promise<Lease | { readonly heldForMs: number } | undefined>
}

/** When a lease was asked for, by both clocks. */
interface Asked {
  readonly at: Date
  readonly monotonicMs: number
}

interface Save {
  readonly filter: Pick<WebhookCursorDocument, '_id' | 'fence'>
  readonly update: ReturnType<typeof written>
}

const leaseMs = 15_000
/** Leases that are renewed by one write. */
const atOnce = 500
/** Somebody else's clock may be a little ahead of ours, and a request that was let out takes a moment to leave. */
const marginMs = 2_000

export function createLeases({
  models,
  nodeId,
  isAlone,
  now,
}: {
  models: Pick<WebhookModels, 'webhookCursors'>
  nodeId: string
  /** Nobody else can have opened the database: a lease that is found is that of a process which has died. */
  isAlone: boolean
  now: Clock
}): Leases {
  const cursors = driverCollection(models.webhookCursors)
  const askedNow = (): Asked => ({ at: now(), monotonicMs: performance.now() })
  const leaseFrom = (at: Date) => ({ node: nodeId, until: new Date(at.getTime() + leaseMs) })

  /** Answers of each whether it still met its number. */
  const saved = together<Save, boolean>(async (saves) => {
    const { matchedCount } = await cursors.bulkWrite(
      saves.map((updateOne) => ({ updateOne })),
      { ordered: false },
    )
    if (matchedCount === saves.length) return saves.map(() => ({ status: 'fulfilled', value: true }))
    // Some were lost, and only their number is told. To write the others once more changes nothing.
    return Promise.allSettled(
      saves.map(async ({ filter, update }) => (await cursors.updateOne(filter, update)).matchedCount === 1),
    )
  }, atOnce)

  function hold(cursor: WebhookCursorDocument, asked: Asked): Lease {
    const mine = { _id: cursor._id, fence: cursor.fence }
    let renewed = asked
    return {
      cursor,
      isHeld() {
        const heldForMs = leaseMs - marginMs
        if (performance.now() - renewed.monotonicMs >= heldForMs) return false
        return isAlone || now().getTime() - renewed.at.getTime() < heldForMs
      },
      async save(progress) {
        const asking = askedNow()
        const isMine = await saved({ filter: mine, update: written({ ...progress, lease: leaseFrom(asking.at) }) })
        if (isMine) renewed = asking
        return isMine
      },
      async release(progress, wakeAt) {
        // The earlier one: somebody may have asked for something at this moment.
        const wake = wakeAt === undefined ? {} : { $min: { wakeAt } }
        const { matchedCount } = await cursors.updateOne(mine, {
          ...written({ ...progress, lease: undefined }),
          ...wake,
        })
        if (matchedCount > 0) return
        // Somebody moved the cursor: how far it had come counts no more, but nobody has to wait for the lease to run out.
        const stillMine = { _id: cursor._id, 'lease.node': nodeId }
        await cursors.updateOne(stillMine, { $unset: { lease: true }, ...wake })
      },
    }
  }

  return {
    async claim(webhook) {
      const asked = askedNow()
      const { at } = asked
      const free = [{ lease: { $exists: false } }, { 'lease.until': { $lt: at } }, { 'lease.node': nodeId }]
      const cursor = await cursors.findOneAndUpdate(
        { _id: webhook, deletedAt: { $exists: false }, ...(isAlone ? {} : { $or: free }) },
        { $inc: { fence: 1 }, $set: { lease: leaseFrom(at) }, $unset: { wakeAt: 1 } },
        { returnDocument: 'after' },
      )
      if (cursor !== null) return hold(cursor, asked)
      const found = await cursors.findOne({ _id: webhook, deletedAt: { $exists: false } })
      if (found === null) return undefined
      const heldForMs = (found.lease?.until ?? at).getTime() - at.getTime()
      return { heldForMs: Math.min(Math.max(heldForMs, 0), leaseMs) }
    },
  }
}

/** What is undefined is taken out. */
function written(fields: Readonly<Record<string, unknown>>): { $set: object; $unset?: Record<string, true> } {
  const entries = Object.entries(fields)
  const $set = Object.fromEntries(entries.filter(([, value]) => value !== undefined))
  const out = entries.filter(([, value]) => value === undefined)
  return {
    $set,
    ...(out.length === 0 ? {} : { $unset: Object.fromEntries(out.map(([name]) => [name, true] as const)) }),
  }
}
