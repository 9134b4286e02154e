/**
 * One feed on each node tails all logs through one change stream and gives each event, in order, to its followers:
 * the access table, live push, later webhooks. Nothing else pushes.
 *
 * Whenever it cannot be sure to have missed nothing (a hole, a stream that fell silent, a lost resume token) it says
 * so by `reset` and begins anew: followers forget what they know, and clients replay from their cursors.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { problem } from '@rolecall/contract'
import { type Connection, mongo } from 'mongoose'
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import { inTime } from '../database/in-time.ts'
import { createComparison, type SettingMarks } from './alike.ts'
import { createAppliedEvents } from './applied-events.ts'
import { deferred } from './deferred.ts'
import type { EventDocument, LogModels } from './documents.ts'
import { FeedInterrupted } from './feed-interrupted.ts'
import { createFence } from './fence.ts'
import { openStream } from './open-stream.ts'
import { createPulses } from './pulses.ts'
import { createTrackedLogs, type Position, type Tracking } from './tracked-logs.ts'

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
  /** Whether all that any node has answered as done has been applied here: what this node remembers may be answered. */
  isFresh(): boolean
  /** Resolves once that is so of all that was answered before it was called. Throws as `caughtUp` does. */
  fresh(): Promise<void>
  /**
   * Resolves once every node knows of the event at `seq`: because it has been applied or, where that does not happen in
   * time, because a node began its feed anew, or holds no lease, and tells nobody anything until it has caught up.
   */
  fence(log: string, seq: number): Promise<void>
  follow(follower: Follower): void
  /** Begins to know where a log stands. Throws `unavailable` when the feed is reset meanwhile. */
  track(log: string): Promise<Tracking>
  /** Up to where a tracked log has been applied. */
  position(log: string): Position | undefined
  /** Resolves with true once the event at `seq` has been applied, with false when that is not so within the time. */
  applied(log: string, seq: number, timeoutMs: number): Promise<boolean>
  /** Resolves once all that was committed before has been applied. Throws `unavailable` when the feed is reset meanwhile. */
  caughtUp(): Promise<void>
}

const pulseEveryMs = 1_000
/**
 * How long a pulse that came is a lease: when the last that came was sent longer ago, others no longer count on this
 * node’s having applied what they commit, and it must not answer from memory.
 */
const leaseMs = 3_000
/** Not ready when the pulse is this old, and begun anew when it is that old: a busy machine may only be late. */
const lateAfterMs = 2_000
const silentAfterMs = 5_000

export function createFeed({
  connection,
  models,
  nodeId,
  isAlone = false,
  settings,
  now,
  logger,
}: {
  connection: Connection
  models: LogModels
  nodeId: string
  /** Whether no other node can be there. */
  isAlone?: boolean
  /** Of this node’s settings, for others to compare theirs with. */
  settings?: () => SettingMarks
  now: Clock
  logger: Logger
}): Feed {
  const pulses = createPulses(connection, {
    ...{ nodeId, leaseMs, settings, now },
    onOther: settings && createComparison({ marks: settings, now, logger }),
  })
  const tracked = createTrackedLogs(models, pulses.barrier)
  const applied = createAppliedEvents()
  const followers: Follower[] = []
  let ready = false
  let failures = 0
  let stream: mongo.ChangeStream | undefined
  let interrupted = deferred<never>()
  let running: Promise<void> | undefined
  const started = deferred<void>()
  const stopping = new AbortController()

  function take(event: EventDocument): void {
    if (!tracked.advance(event)) return
    for (const follower of followers) follower.apply(event)
    applied.note(event)
  }

  function takeChange(change: mongo.ChangeStreamDocument): void {
    if (change.operationType === 'invalidate' || change.operationType === 'dropDatabase') {
      throw new FeedInterrupted(`the change stream ended with ${change.operationType}`)
    }
    if (!('ns' in change) || !('coll' in change.ns)) return
    if (change.ns.coll === pulses.collection) pulses.hear(change)
    else if (change.operationType === 'insert') take(change.fullDocument as EventDocument)
  }

  function isApplied(log: string, seq: number, timeoutMs: number): Promise<boolean> {
    const position = tracked.position(log)
    return position !== undefined && position.seq >= seq ? Promise.resolve(true) : applied.until(log, seq, timeoutMs)
  }

  function reset(reason: string): void {
    ready = false
    tracked.clear()
    applied.clear()
    pulses.interrupt(new FeedInterrupted(reason))
    for (const follower of followers) follower.reset()
  }

  async function tail(): Promise<void> {
    const current = await openStream(connection, {
      ...{ nodes: pulses.collection, events: models.events.collection.name },
      ...{ waitMs: pulseEveryMs, timeoutMs: silentAfterMs, late: unanswered },
    })
    if (stopping.signal.aborted) {
      await current.close()
      return
    }
    stream = current
    interrupted = deferred()
    // What was read while no stream was open is followed by nobody: followers read again, from this stream's beginning.
    reset('a new stream begins')
    const isSilent = () => pulses.silentForMs() > silentAfterMs
    const beat = setInterval(() => {
      if (isSilent()) {
        // After a long pause of this process the pulse may lie unread in the socket: that is looked at first.
        setImmediate(() => setImmediate(() => isSilent() && interrupt('the change stream fell silent')))
        return
      }
      pulses.send().catch((error: unknown) => {
        // One that was under way at the end is refused.
        if (!stopping.signal.aborted) logger.warn({ err: error }, 'the pulse could not be written')
      })
    }, pulseEveryMs)
    try {
      pulses.restart()
      const first = pulses.barrier().then(async () => {
        // After our own first pulse: of a node that is not there now nothing older has come back to it, so that it
        // either holds no lease or is heard.
        const others = isAlone ? [] : await inTime(pulses.findOthers(), silentAfterMs, unanswered)
        if (stream !== current) return
        pulses.meet(others)
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

  const isFresh = () => ready && pulses.behindForMs() <= leaseMs

  function caughtUp(): Promise<void> {
    return pulses.barrier().catch((error: unknown) => {
      throw error instanceof FeedInterrupted ? problem('unavailable') : error
    })
  }

  return {
    async start() {
      await pulses.removeStale()
      running = run()
      await started.promise
    },
    async stop() {
      stopping.abort()
      interrupted.reject(new FeedInterrupted('the feed was stopped'))
      await running
      reset('the feed was stopped')
      await pulses.sayFarewell()
    },
    isReady: () => ready && pulses.silentForMs() <= lateAfterMs,
    isFresh,
    follow(follower) {
      followers.push(follower)
    },
    track: tracked.track,
    position: tracked.position,
    applied: isApplied,
    fresh: () => (isFresh() ? Promise.resolve() : caughtUp()),
    caughtUp,
    fence: createFence({
      ...{ applied: isApplied, barrier: pulses.barrier, interrupt, withinMs: lateAfterMs, logger },
      others: isAlone ? async () => undefined : pulses.others,
    }),
  }
}

const unanswered = () => new FeedInterrupted('the database did not answer')
