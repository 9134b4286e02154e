/** What is to be looked for now and again, since no event tells of it. */
import { trusted } from 'mongoose'
import type { Clock } from '../clock.ts'
import type { LogModels } from '../log/documents.ts'
import type { Pages } from '../log/pages.ts'
import type { WebhookCursorDocument, WebhookModels } from './documents.ts'
import { concernedOf, type Endpoint } from './enabled.ts'

type Models = WebhookModels & Pick<LogModels, 'heads'>

export interface Waiting {
  readonly id: string
  /** Something was asked for or is due, whoever holds the lease. */
  readonly isDue: boolean
}

export interface Rounds {
  /** Endpoints where something is due, or whose sender has died; `but` are left out. Not all at once. */
  due(but: readonly string[]): Promise<readonly Waiting[]>
  /**
   * Calls with all endpoints that are behind their logs. Those that what came since has nothing to do with are moved past
   * it instead: to open each of them would cost more than all that is posted.
   */
  behind(call: (id: string) => void): Promise<void>
}

interface Behind {
  readonly cursor: WebhookCursorDocument
  /** Where its log ends. */
  readonly end: number
}

const atOnce = 200
const perBatch = 500
/** An endpoint that is further behind reads its log itself. */
const maxPages = 16

export function createRounds({
  models,
  pages,
  isAlone,
  now,
}: {
  models: Models
  pages: Pages
  /** As for leases: one that is found at the start is that of a process which has died. */
  isAlone: boolean
  now: Clock
}): Rounds {
  const { webhooks, webhookCursors, heads } = models

  async function find(condition: object, but: readonly string[]): Promise<readonly string[]> {
    const found = await webhookCursors
      .find({ ...condition, _id: trusted({ $nin: but }) }, { _id: 1 })
      .limit(atOnce)
      .lean()
    return found.map(({ _id }) => _id)
  }

  async function behindOf(cursors: readonly WebhookCursorDocument[]): Promise<Behind[]> {
    const organisations = [...new Set(cursors.map(({ organisation }) => organisation))]
    const found = await heads.find({ _id: trusted({ $in: organisations }) }, { seq: 1, closed: 1 }).lean()
    const ends = new Map(found.map(({ _id, seq, closed }) => [_id, closed ? 0 : seq]))
    const at = now()
    return cursors.flatMap((cursor) => {
      const { organisation, seq, lease } = cursor
      const end = ends.get(organisation) ?? 0
      const isElsewhere = lease !== undefined && lease.until > at && !isAlone
      const isLeft = lease !== undefined && isAlone
      return !isElsewhere && (isLeft || seq < end) ? [{ cursor, end }] : []
    })
  }

  async function isConcerned(endpoint: Endpoint | undefined, { cursor, end }: Behind): Promise<boolean> {
    if (endpoint === undefined || cursor.lease !== undefined) return true
    let last = cursor.seq
    for (let page = 0; page < maxPages; page += 1) {
      const { events, upTo } = await pages.after(cursor.organisation, last, end)
      if (events.some((event) => concernedOf([endpoint], event).length > 0)) return true
      if (upTo >= end) return false
      last = upTo
    }
    return true
  }

  /** Where nobody has claimed or moved it meanwhile. A change of what it gets is an event that it is concerned by. */
  async function movePast(passed: readonly Behind[]): Promise<void> {
    if (passed.length === 0) return
    const updates = passed.map(({ cursor: { _id, fence, seq }, end }) => ({
      updateOne: { filter: { _id, fence, seq }, update: { $set: { seq: end } } },
    }))
    await webhookCursors.bulkWrite(updates, { ordered: false })
  }

  return {
    async due(but) {
      const at = now()
      const due = await find({ wakeAt: trusted({ $lte: at }) }, but)
      const left = await find({ 'lease.until': trusted({ $lt: at }) }, but)
      return [...due.map((id) => ({ id, isDue: true })), ...left.map((id) => ({ id, isDue: false }))]
    },
    async behind(call) {
      let last = ''
      for (;;) {
        const batch = await webhooks
          .find({ _id: trusted({ $gt: last }), stopped: trusted({ $exists: false }) }, { types: 1, owner: 1 })
          .sort({ _id: 1 })
          .limit(perBatch)
          .lean<Endpoint[]>()
        const ids = batch.map(({ _id }) => _id)
        const endpoints = new Map(batch.map((endpoint) => [endpoint._id, endpoint]))
        const cursors = await webhookCursors.find({ _id: trusted({ $in: ids }) }).lean()
        const passed: Behind[] = []
        for (const behind of await behindOf(cursors)) {
          const { _id } = behind.cursor
          if (await isConcerned(endpoints.get(_id), behind)) call(_id)
          else passed.push(behind)
        }
        await movePast(passed)
        last = ids.at(-1) ?? ''
        if (ids.length < perBatch) return
      }
    },
  }
}
