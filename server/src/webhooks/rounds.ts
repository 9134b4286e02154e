/** What is to be looked for now and again, since no event tells of it. */
import { trusted } from 'mongoose'
import type { Clock } from '../clock.ts'
import type { LogModels } from '../log/documents.ts'
import type { WebhookCursorDocument, WebhookModels } from './documents.ts'

type Models = WebhookModels & Pick<LogModels, 'heads'>

export interface Waiting {
  readonly id: string
  /** Something was asked for or is due, whoever holds the lease. */
  readonly isDue: boolean
}

export interface Rounds {
  /** Endpoints where something is due, or whose sender has died; `but` are left out. Not all at once. */
  due(but: readonly string[]): Promise<readonly Waiting[]>
  /** Calls with all endpoints that are behind their logs. */
  behind(call: (id: string) => void): Promise<void>
}

const atOnce = 200
const perBatch = 500

export function createRounds({
  models,
  isAlone,
  now,
}: {
  models: Models
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

  async function isBehind(cursors: readonly WebhookCursorDocument[]): Promise<string[]> {
    const organisations = [...new Set(cursors.map(({ organisation }) => organisation))]
    const found = await heads.find({ _id: trusted({ $in: organisations }) }, { seq: 1, closed: 1 }).lean()
    const ends = new Map(found.map(({ _id, seq, closed }) => [_id, closed ? 0 : seq]))
    const at = now()
    return cursors.flatMap(({ _id, organisation, seq, lease }) => {
      const isElsewhere = lease !== undefined && lease.until > at && !isAlone
      const isLeft = lease !== undefined && isAlone
      return !isElsewhere && (isLeft || seq < (ends.get(organisation) ?? 0)) ? [_id] : []
    })
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
          .find({ _id: trusted({ $gt: last }), stopped: trusted({ $exists: false }) }, { _id: 1 })
          .sort({ _id: 1 })
          .limit(perBatch)
          .lean()
        const ids = batch.map(({ _id }) => _id)
        const cursors = await webhookCursors.find({ _id: trusted({ $in: ids }) }).lean()
        for (const id of await isBehind(cursors)) call(id)
        last = ids.at(-1) ?? ''
        if (ids.length < perBatch) return
      }
    },
  }
}
