/**
 * One feed on each node tails all logs through one change stream and gives each event, in order, to its followers:
 * the access table, live push, later webhooks. Nothing else pushes.
 *
 * Whenever it cannot be sure to have missed nothing (a hole, a stream that fell silent, a lost resume token) it says
 * so by `reset` and begins anew: followers forget what they know, and clients replay from their cursors.
 */
import { setImmediate as endOfTurn, setTimeout as pause } from 'node:timers/promises'
import { problem } from '@rolecall/contract'
import { type Connection, type Model, mongo, Schema, trusted } from 'mongoose'
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import { options } from '../database/document-options.ts'
import type { EventDocument, LogModels } from './documents.ts'

export interface Follower {
  /** Synchronous: the next event waits for it. */
  apply(event: EventDocument): void
  /** Events may have been missed. */
  reset(): void
}

export interface Feed {
  /** Resolves once the stream is open and proven alive. */
  start(): Promise<void>
  stop(): Promise<void>
  isReady(): boolean
  /**
   * Resolves once everybody on this node knows of the event at `seq`: because it has been applied or, where that does
   * not happen in time, because the feed began anew and nothing is pushed to anyone until they ask again.
   */
  fence(log: string, seq: number): Promise<void>
  follow(follower: Follower): void
  /** Begins to know where a log stands. Throws `unavailable` when the feed is reset meanwhile. */
  track(log: string): Promise<Tracking>
  /** Up to where a tracked log has been applied. */
  position(log: string): Position | undefined
  /** Resolves with true once the event at `seq` has been applied, with false when that is not so within the time. */
  applied(log: string, seq: number, timeoutMs: number): Promise<boolean>
}

/** A place in a log: everything up to `seq` has been applied, `hash` is that of the event there. */
export interface Position {
  readonly seq: number
  readonly hash: string
}

/** Knowledge of one log, until it is released. */
export interface Tracking {
  /** Undefined once the feed was reset. */
  position(): Position | undefined
  /** The last events, oldest first, without a hole up to the position. */
  recent(): readonly EventDocument[]
  release(): void
}

interface Tracked {
  pins: number
  position: Position | undefined
  readonly recent: EventDocument[]
  known: Promise<void>
}

interface PulseDocument {
  _id: string
  at: Date
  count: number
}

const recentEvents = 256
const rememberedLogs = 10_000
const pulseEveryMs = 1_000
/** Not ready when the pulse is this old, and begun anew when it is that old: a busy machine may only be late. */
const lateAfterMs = 2_000
/** Nearly every event is applied within this time after its commit. */
const quickMs = 100
const silentAfterMs = 5_000
const staleNodeAfterMs = 24 * 60 * 60 * 1_000

const pulseSchema = new Schema<PulseDocument>(
  {
    _id: { type: String, required: true },
    at: { type: Date, required: true },
    count: { type: Number, required: true },
  },
  options,
)

/** A node’s heartbeat. The same stream carries it, which proves the stream alive. */
export function pulseModel(connection: Connection): Model<PulseDocument> {
  return connection.model<PulseDocument>('Node', pulseSchema, 'nodes')
}

/** The feed’s own reasons to begin anew, as against mistakes in our code. */
class FeedInterrupted extends Error {}

interface Deferred<Value> {
  readonly promise: Promise<Value>
  readonly resolve: (value: Value) => void
  readonly reject: (error: unknown) => void
}

function deferred<Value>(): Deferred<Value> {
  let resolve: Deferred<Value>['resolve'] = () => undefined
  let reject: Deferred<Value>['reject'] = () => undefined
  const promise = new Promise<Value>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

export function createFeed({
  connection,
  models,
  nodeId,
  now,
  logger,
}: {
  connection: Connection
  models: LogModels
  nodeId: string
  now: Clock
  logger: Logger
}): Feed {
  const pulses = pulseModel(connection)
  const followers: Follower[] = []
  const tracked = new Map<string, Tracked>()
  const waiting = new Set<{ log: string; seq: number; resolve: (applied: boolean) => void }>()
  const barriers = new Map<number, Deferred<void>>()
  const lastApplied = new Map<string, number>()
  let pulseCount = 0
  let lastHeardAt = 0
  let ready = false
  let failures = 0
  let stream: mongo.ChangeStream | undefined
  let interrupted = deferred<never>()
  let running: Promise<void> | undefined
  const started = deferred<void>()
  const stopping = new AbortController()

  async function pulse(): Promise<number> {
    pulseCount += 1
    const count = pulseCount
    await pulses.updateOne({ _id: nodeId }, { $set: { at: now(), count } }, { upsert: true })
    return count
  }

  /** Resolves when everything that was committed before it was called has been applied. */
  async function barrier(): Promise<void> {
    const passed = deferred<void>()
    const count = pulseCount + 1
    barriers.set(count, passed)
    pulse().catch((error: unknown) => {
      barriers.delete(count)
      passed.reject(error)
    })
    await passed.promise
  }

  function heard(count: number): void {
    lastHeardAt = performance.now()
    for (const [waitingFor, { resolve }] of barriers) {
      if (waitingFor > count) continue
      barriers.delete(waitingFor)
      resolve()
    }
  }

  function take(event: EventDocument): void {
    const log = tracked.get(event.log)
    if (log !== undefined && !advance(log, event)) return
    for (const follower of followers) follower.apply(event)
    lastApplied.delete(event.log)
    lastApplied.set(event.log, event.seq)
    if (lastApplied.size > rememberedLogs)
      for (const oldest of lastApplied.keys()) {
        lastApplied.delete(oldest)
        break
      }
    for (const one of waiting) if (one.log === event.log && one.seq <= event.seq) one.resolve(true)
  }

  /** False for an event that was applied already. Throws on a hole. */
  function advance(log: Tracked, event: EventDocument): boolean {
    const last = log.recent.at(-1)?.seq ?? log.position?.seq
    if (last !== undefined && event.seq <= last) return false
    if (last !== undefined && event.seq !== last + 1) throw new FeedInterrupted(`hole in ${event.log} after ${last}`)
    log.recent.push(event)
    if (log.recent.length > recentEvents) log.recent.shift()
    if (log.position !== undefined) log.position = event
    return true
  }

  function takeChange(change: mongo.ChangeStreamDocument): void {
    if (change.operationType === 'invalidate' || change.operationType === 'dropDatabase') {
      throw new FeedInterrupted(`the change stream ended with ${change.operationType}`)
    }
    if (!('ns' in change) || !('coll' in change.ns)) return
    if (change.ns.coll === models.events.collection.name && change.operationType === 'insert') {
      take(change.fullDocument as EventDocument)
    } else if (change.ns.coll === pulses.collection.name) {
      if (change.operationType !== 'update' && change.operationType !== 'insert') return
      const key = change.documentKey as unknown as { _id: string }
      if (key._id !== nodeId) return
      const count =
        change.operationType === 'insert'
          ? (change.fullDocument as { count: number }).count
          : (change.updateDescription.updatedFields as { count: number }).count
      heard(count)
    }
  }

  function applied(log: string, seq: number, timeoutMs: number): Promise<boolean> {
    if (Math.max(tracked.get(log)?.position?.seq ?? 0, lastApplied.get(log) ?? 0) >= seq) return Promise.resolve(true)
    return new Promise((resolve) => {
      const one = {
        log,
        seq,
        resolve: (isApplied: boolean) => {
          clearTimeout(timer)
          waiting.delete(one)
          resolve(isApplied)
        },
      }
      const timer = setTimeout(() => one.resolve(false), timeoutMs)
      waiting.add(one)
    })
  }

  function beginTracking(log: string): Tracked {
    const entry: Tracked = { pins: 0, position: undefined, recent: [], known: Promise.resolve() }
    tracked.set(log, entry)
    entry.known = learn(log, entry)
    return entry
  }

  async function learn(log: string, entry: Tracked): Promise<void> {
    const head = await models.heads.findById(log, { seq: 1, hash: 1 }).lean()
    await barrier()
    entry.position = entry.recent.at(-1) ?? head ?? { seq: 0, hash: '' }
  }

  function reset(reason: string): void {
    ready = false
    tracked.clear()
    lastApplied.clear()
    for (const { resolve } of waiting) resolve(false)
    for (const { reject } of barriers.values()) reject(new FeedInterrupted(reason))
    barriers.clear()
    for (const follower of followers) follower.reset()
  }

  async function open(): Promise<mongo.ChangeStream> {
    const db = connection.db
    if (db === undefined) throw new Error('the connection is closed')
    // From a time before our first pulse: whatever we write from now on comes through this stream.
    const { operationTime } = await db.command({ ping: 1 })
    const collections = [models.events.collection.name, pulses.collection.name]
    return db.watch([{ $match: { 'ns.coll': { $in: collections } } }], {
      ...(operationTime === undefined ? {} : { startAtOperationTime: operationTime }),
      maxAwaitTimeMS: pulseEveryMs,
      batchSize: 1_000,
    })
  }

  async function tail(): Promise<void> {
    const current = await open()
    if (stopping.signal.aborted) {
      await current.close()
      return
    }
    stream = current
    interrupted = deferred()
    // What was read while no stream was open is followed by nobody: followers read again, from this stream's beginning.
    reset('a new stream begins')
    const isSilent = () => performance.now() - lastHeardAt > silentAfterMs
    const beat = setInterval(() => {
      if (isSilent()) {
        // After a long pause of this process the pulse may lie unread in the socket: that is looked at first.
        setImmediate(() => setImmediate(() => isSilent() && interrupt('the change stream fell silent')))
        return
      }
      pulse().catch((error: unknown) => logger.warn({ err: error }, 'the pulse could not be written'))
    }, pulseEveryMs)
    try {
      lastHeardAt = performance.now()
      const first = barrier().then(() => {
        ready = true
        failures = 0
        started.resolve()
      })
      // A stream whose connection is dead ends when the driver finds out, which nobody waits for.
      const loop = Promise.race([consume(current), interrupted.promise])
      await Promise.race([first, loop])
      await loop
    } finally {
      clearInterval(beat)
      stream = undefined
      current.close().catch((error: unknown) => logger.warn({ err: error }, 'closing a change stream failed'))
    }
  }

  /** Followers forget at once, and the stream is given up. */
  function interrupt(reason: string): void {
    reset(reason)
    interrupted.reject(new FeedInterrupted(reason))
  }

  async function consume(current: mongo.ChangeStream): Promise<void> {
    for await (const change of current) {
      // What a stream brings late that was given up is not wanted: the next one has begun.
      if (stream !== current) break
      takeChange(change)
    }
    throw new FeedInterrupted('the change stream ended')
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await tail()
      } catch (error) {
        if (stopping.signal.aborted) break
        const isExpected = error instanceof FeedInterrupted || error instanceof mongo.MongoError
        logger[isExpected ? 'warn' : 'error']({ err: error }, 'the feed begins anew')
      }
      reset('the feed was reset')
      failures += 1
      await pause(Math.random() * Math.min(50 * 2 ** failures, 2_000), undefined, { signal: stopping.signal }).catch(
        () => undefined,
      )
    }
  }

  return {
    async start() {
      await pulses.deleteMany({ at: trusted({ $lt: new Date(now().getTime() - staleNodeAfterMs) }) })
      running = run()
      await started.promise
    },
    async stop() {
      stopping.abort()
      interrupted.reject(new FeedInterrupted('the feed was stopped'))
      await running
      reset('the feed was stopped')
      await pulses.deleteOne({ _id: nodeId })
    },
    isReady: () => ready && performance.now() - lastHeardAt <= lateAfterMs,
    follow(follower) {
      followers.push(follower)
    },
    async track(log) {
      const entry = tracked.get(log) ?? beginTracking(log)
      entry.pins += 1
      const release = () => {
        entry.pins -= 1
        if (entry.pins === 0 && tracked.get(log) === entry) tracked.delete(log)
      }
      try {
        await entry.known
      } catch (error) {
        release()
        throw error instanceof FeedInterrupted ? problem('unavailable') : error
      }
      return {
        position: () => (tracked.get(log) === entry ? entry.position : undefined),
        recent: () => entry.recent,
        release,
      }
    },
    position: (log) => tracked.get(log)?.position,
    applied,
    async fence(log, seq) {
      const until = performance.now() + lateAfterMs
      if (await applied(log, seq, quickMs)) {
        // What was pushed in the same turn of the loop leaves for the network at its end.
        await endOfTurn()
        return
      }
      // An answer that appended nothing may name an event from before this stream: then a pulse shows that all that was
      // committed has been applied. A reset is a fence too.
      const passed = barrier().then(
        () => true,
        (error: unknown) => error instanceof FeedInterrupted,
      )
      if (await Promise.race([passed, pause(until - performance.now(), false)])) return
      logger.warn({ log, seq }, 'an event was not applied in time')
      interrupt('an event was not applied in time')
    },
  }
}
