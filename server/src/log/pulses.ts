/**
 * The heartbeat of each node: a document that the stream of the events carries too. One’s own proves the stream alive,
 * and complete so far; by the others’ a node knows that they have applied what it has committed.
 */
import { type Connection, type Model, type mongo, Schema, trusted } from 'mongoose'
import type { Clock } from '../clock.ts'
import { options } from '../database/document-options.ts'
import type { SettingMarks } from './alike.ts'
import { type Deferred, deferred } from './deferred.ts'
import { FeedInterrupted } from './feed-interrupted.ts'
import { createOtherNodes, type OtherPulse, readPulse } from './other-nodes.ts'

export interface PulseDocument {
  _id: string
  at: Date
  count: number
  /** The last of its pulses by which it asked all others for one of theirs. */
  asked: number
  /** Which pulse of each other node it has heard: what had been committed before that one it has applied. */
  heard: readonly { readonly node: string; readonly count: number }[]
  settings: SettingMarks
  /** Its last one: it serves nobody any more. */
  stopped?: boolean
}

const staleNodeAfterMs = 24 * 60 * 60 * 1_000

const pulseSchema = new Schema<PulseDocument>(
  {
    _id: { type: String, required: true },
    at: { type: Date, required: true },
    count: { type: Number, required: true },
    asked: { type: Number, required: true },
    heard: {
      type: [{ _id: false, node: { type: String, required: true }, count: { type: Number, required: true } }],
      required: true,
    },
    settings: { type: Map, of: String, required: true },
    stopped: { type: Boolean },
  },
  options,
)

/** Those that have not said that they have stopped. */
export const goingOn = { stopped: trusted({ $ne: true }) }

export function pulseModel(connection: Connection): Model<PulseDocument> {
  return connection.model<PulseDocument>('Node', pulseSchema, 'nodes')
}

export interface Pulses {
  readonly collection: string
  send(): Promise<void>
  /** Resolves when everything that was committed before it was called has come through the stream. */
  barrier(): Promise<void>
  /**
   * Resolves once every other node has applied what had been committed before it was called, or holds no lease any
   * more; at the latest after the time that a lease lasts.
   */
  others(): Promise<void>
  /** Takes a pulse, also that of another node, from the stream. */
  hear(change: mongo.ChangeStreamDocument): void
  /** Since the last pulse came, or since `restart`. */
  silentForMs(): number
  /**
   * Since the last pulse that came was sent: everything that had been committed by then has come. Goes by the clock
   * that nobody sets, and by the one that goes on while the machine sleeps.
   */
  behindForMs(): number
  restart(): void
  /** The other nodes that have sent a pulse, also before the stream began. */
  findOthers(): Promise<readonly string[]>
  /** Takes note of them; from now on all that hold a lease are known. */
  meet(nodes: readonly string[]): void
  /** Rejects all barriers. */
  interrupt(error: Error): void
  removeStale(): Promise<void>
  /** The last pulse of this node: it serves nobody any more, and none that is under way or asked for follows. */
  sayFarewell(): Promise<void>
}

interface Moment {
  readonly monotonic: number
  readonly wall: number
}

const thisMoment = (): Moment => ({ monotonic: performance.now(), wall: Date.now() })

export function createPulses(
  connection: Connection,
  {
    nodeId,
    leaseMs,
    settings = () => ({}),
    onOther = () => undefined,
    now,
  }: {
    nodeId: string
    leaseMs: number
    settings?: (() => SettingMarks) | undefined
    /** Hears of each pulse of another node. */
    onOther?: ((pulse: OtherPulse) => void) | undefined
    now: Clock
  },
): Pulses {
  const pulses = pulseModel(connection)
  const others = createOtherNodes({ nodeId, leaseMs })
  const barriers = new Map<number, Deferred<void>>()
  /** When the pulses left that have not come yet. */
  const sentAt = new Map<number, Moment>()
  let sent = 0
  let asked = 0
  let heardAt = 0
  let completeTo: Moment | undefined

  let sending: Promise<void> = Promise.resolve()
  /** Begins when the one on its way has arrived. */
  let next: Promise<void> | undefined
  let hasStopped = false

  /** Many barriers at a time need one pulse: whoever asks before it leaves has committed before. */
  function send(): Promise<void> {
    next ??= sending.then(() => {
      next = undefined
      if (hasStopped) throw new FeedInterrupted('the feed was stopped')
      const write = beat()
      sending = write.catch(() => undefined)
      return write
    })
    return next
  }

  async function beat(last: { readonly stopped?: true } = {}): Promise<void> {
    sent += 1
    sentAt.set(sent, thisMoment())
    const pulse = { at: now(), count: sent, asked, heard: others.heard(), settings: settings(), ...last }
    // A farewell fits no longer, and its id is taken: what comes after it is refused by the database.
    await pulses.replaceOne({ _id: nodeId, ...goingOn }, pulse, { upsert: true })
  }

  function hearOwn(count: number): void {
    heardAt = performance.now()
    completeTo = sentAt.get(count) ?? completeTo
    for (const earlier of sentAt.keys()) if (earlier <= count) sentAt.delete(earlier)
    for (const [waitingFor, { resolve }] of barriers) {
      if (waitingFor > count) continue
      barriers.delete(waitingFor)
      resolve()
    }
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
        // After an interruption another one may wait for a pulse of this number.
        if (barriers.get(count) === passed) barriers.delete(count)
        passed.reject(error)
      })
      return passed.promise
    },
    async others() {
      if (!others.areThere()) return
      asked = sent + 1
      const all = others.haveHeard(asked)
      // A pulse that cannot be written asks nobody: then the time decides.
      send().catch(() => undefined)
      await all
    },
    hear(change) {
      // Whose pulse is deleted, by one whose clock is far ahead, may live.
      if (change.operationType !== 'insert' && change.operationType !== 'replace') return
      const pulse = readPulse(change.fullDocument)
      if (pulse === undefined) return
      if (pulse._id === nodeId) {
        hearOwn(pulse.count)
        return
      }
      if (pulse.stopped) {
        others.forget(pulse._id)
        return
      }
      onOther(pulse)
      if (others.hear(pulse)) send().catch(() => undefined)
    },
    silentForMs: () => performance.now() - heardAt,
    behindForMs() {
      if (completeTo === undefined) return Number.POSITIVE_INFINITY
      const { monotonic, wall } = thisMoment()
      return Math.max(monotonic - completeTo.monotonic, wall - completeTo.wall)
    },
    restart() {
      heardAt = performance.now()
    },
    async findOthers() {
      const present = await pulses.find({ _id: trusted({ $ne: nodeId }), ...goingOn }, { _id: 1 }).lean()
      return present.map(({ _id }) => _id)
    },
    meet: others.meet,
    interrupt(error) {
      // What is on its way may never arrive.
      sending = Promise.resolve()
      next = undefined
      completeTo = undefined
      others.lose()
      for (const { reject } of barriers.values()) reject(error)
      barriers.clear()
    },
    async removeStale() {
      await pulses.deleteMany({ at: trusted({ $lt: new Date(now().getTime() - staleNodeAfterMs) }) })
    },
    sayFarewell() {
      hasStopped = true
      return beat({ stopped: true })
    },
  }
}
