/** A node’s heartbeat. The stream of the events carries it too, which proves the stream alive, and complete so far. */
import { type Connection, type Model, type mongo, Schema, trusted } from 'mongoose'
import type { Clock } from '../clock.ts'
import { options } from '../database/document-options.ts'
import { type Deferred, deferred } from './deferred.ts'

interface PulseDocument {
  _id: string
  at: Date
  count: number
}

const staleNodeAfterMs = 24 * 60 * 60 * 1_000

const pulseSchema = new Schema<PulseDocument>(
  {
    _id: { type: String, required: true },
    at: { type: Date, required: true },
    count: { type: Number, required: true },
  },
  options,
)

export function pulseModel(connection: Connection): Model<PulseDocument> {
  return connection.model<PulseDocument>('Node', pulseSchema, 'nodes')
}

export interface Pulses {
  readonly collection: string
  send(): Promise<void>
  /** Resolves when everything that was committed before it was called has come through the stream. */
  barrier(): Promise<void>
  /** Takes a pulse, also that of another node, from the stream. */
  hear(change: mongo.ChangeStreamDocument): void
  /** Since the last pulse came, or since `restart`. */
  silentForMs(): number
  restart(): void
  /** Rejects all barriers. */
  interrupt(error: Error): void
  removeStale(): Promise<void>
  remove(): Promise<void>
}

export function createPulses(connection: Connection, nodeId: string, now: Clock): Pulses {
  const pulses = pulseModel(connection)
  const barriers = new Map<number, Deferred<void>>()
  let sent = 0
  let heardAt = 0

  let sending: Promise<void> = Promise.resolve()
  /** Begins when the one on its way has arrived. */
  let next: Promise<void> | undefined

  /** Many barriers at a time need one pulse: whoever asks before it leaves has committed before. */
  function send(): Promise<void> {
    next ??= sending.then(() => {
      next = undefined
      const write = beat()
      sending = write.catch(() => undefined)
      return write
    })
    return next
  }

  async function beat(): Promise<void> {
    sent += 1
    await pulses.updateOne({ _id: nodeId }, { $set: { at: now(), count: sent } }, { upsert: true })
  }

  function countOf(change: mongo.ChangeStreamDocument): number | undefined {
    if (change.operationType !== 'update' && change.operationType !== 'insert') return undefined
    // The schema above is what is in this collection.
    if ((change.documentKey as unknown as { _id: string })._id !== nodeId) return undefined
    const changed = change.operationType === 'insert' ? change.fullDocument : change.updateDescription.updatedFields
    return (changed as Pick<PulseDocument, 'count'>).count
  }

  return {
    collection: pulses.collection.name,
    send,
    barrier() {
      const count = sent + 1
      const known = barriers.get(count)
      if (known !== undefined) return known.promise
      const passed = deferred<void>()
      barriers.set(count, passed)
      send().catch((error: unknown) => {
        barriers.delete(count)
        passed.reject(error)
      })
      return passed.promise
    },
    hear(change) {
      const count = countOf(change)
      if (count === undefined) return
      heardAt = performance.now()
      for (const [waitingFor, { resolve }] of barriers) {
        if (waitingFor > count) continue
        barriers.delete(waitingFor)
        resolve()
      }
    },
    silentForMs: () => performance.now() - heardAt,
    restart() {
      heardAt = performance.now()
    },
    interrupt(error) {
      // What is on its way may never arrive.
      sending = Promise.resolve()
      next = undefined
      for (const { reject } of barriers.values()) reject(error)
      barriers.clear()
    },
    async removeStale() {
      await pulses.deleteMany({ at: trusted({ $lt: new Date(now().getTime() - staleNodeAfterMs) }) })
    },
    async remove() {
      await pulses.deleteOne({ _id: nodeId })
    },
  }
}
