import { problem } from '@rolecall/contract'
import type { EventDocument, LogModels } from './documents.ts'
import { FeedInterrupted } from './feed-interrupted.ts'

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

/** The logs of which somebody on this node wants to know up to where they have been applied. */
export interface TrackedLogs {
  /** Throws `unavailable` when the feed is reset meanwhile. */
  track(log: string): Promise<Tracking>
  position(log: string): Position | undefined
  /** False for an event that was applied already. Throws on a hole. */
  advance(event: EventDocument): boolean
  clear(): void
}

const recentEvents = 256
/** How long a log is followed when nobody asks any more: for those who come back together, and when the last one left. */
const keptMs = 30_000
const keptLogs = 1_000

/** `barrier` resolves when everything that was committed before has come to `advance`. */
export function createTrackedLogs(models: Pick<LogModels, 'heads'>, barrier: () => Promise<void>): TrackedLogs {
  const tracked = new Map<string, Tracked>()
  /** Logs that nobody asks about, the one that was released longest ago first. */
  const idle = new Map<string, NodeJS.Timeout>()

  function forget(log: string): void {
    clearTimeout(idle.get(log))
    idle.delete(log)
    tracked.delete(log)
  }

  function keepForAWhile(log: string): void {
    idle.set(log, setTimeout(() => forget(log), keptMs).unref())
    const [oldest] = idle.keys()
    if (idle.size > keptLogs && oldest !== undefined) forget(oldest)
  }

  function use(log: string): Tracked {
    clearTimeout(idle.get(log))
    idle.delete(log)
    return tracked.get(log) ?? begin(log)
  }

  function begin(log: string): Tracked {
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

  return {
    async track(log) {
      const entry = use(log)
      entry.pins += 1
      const release = () => {
        entry.pins -= 1
        if (entry.pins === 0 && tracked.get(log) === entry) keepForAWhile(log)
      }
      try {
        await entry.known
      } catch (error) {
        // Who asks next asks again.
        entry.pins -= 1
        if (tracked.get(log) === entry) forget(log)
        throw error instanceof FeedInterrupted ? problem('unavailable') : error
      }
      return {
        position: () => (tracked.get(log) === entry ? entry.position : undefined),
        recent: () => entry.recent,
        release,
      }
    },
    position: (log) => tracked.get(log)?.position,
    advance(event) {
      const log = tracked.get(event.log)
      if (log === undefined) return true
      const last = log.recent.at(-1)?.seq ?? log.position?.seq
      if (last !== undefined && event.seq <= last) return false
      if (last !== undefined && event.seq !== last + 1) throw new FeedInterrupted(`hole in ${event.log} after ${last}`)
      log.recent.push(event)
      if (log.recent.length > recentEvents) log.recent.shift()
      if (log.position !== undefined) log.position = event
      return true
    },
    clear() {
      for (const timer of idle.values()) clearTimeout(timer)
      idle.clear()
      tracked.clear()
    },
  }
}
