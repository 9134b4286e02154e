/**
 * Stretches of logs for those who read them again. Clients that come back together have missed the same, so that a page
 * is kept for a moment: an event does not change, and a page says up to where it is complete.
 */
import { trusted } from 'mongoose'
import type { EventDocument, LogModels } from './documents.ts'
import type { Tracking } from './tracked-logs.ts'

export interface Stretch {
  /** Oldest first. */
  readonly events: readonly EventDocument[]
  /** All that the log holds up to here is among them. */
  readonly upTo: number
}

export interface Pages {
  /** What follows `seq`, up to `to` at most, which must have been committed. Not all at once: see `upTo`. */
  after(log: string, seq: number, to: number): Promise<Stretch>
  /** The event at `seq`, read with what follows up to `to`. */
  at(log: string, seq: number, to: number): Promise<EventDocument | undefined>
}

const pageSize = 64
const keptPages = 64
const keptForMs = 5_000

interface Page {
  readonly upTo: number
  readonly readAt: number
  readonly events: Promise<readonly EventDocument[]>
}

export function createPages({ events }: Pick<LogModels, 'events'>): Pages {
  /** By log and number of the page, the one that was read longest ago first. */
  const kept = new Map<string, Page>()

  function read(key: string, log: string, from: number, upTo: number): Page {
    const found = events
      .find({ log, seq: trusted({ $gt: from, $lte: upTo }) })
      .sort({ seq: 1 })
      .lean()
    const page = { upTo, readAt: performance.now(), events: found.exec() }
    kept.delete(key)
    kept.set(key, page)
    page.events.catch(() => kept.get(key) === page && kept.delete(key))
    const [oldest] = kept.keys()
    if (kept.size > keptPages && oldest !== undefined) kept.delete(oldest)
    return page
  }

  async function after(log: string, seq: number, to: number): Promise<Stretch> {
    const number = Math.floor(seq / pageSize)
    const key = `${log} ${number}`
    const known = kept.get(key)
    const isFresh = known !== undefined && known.upTo > seq && performance.now() - known.readAt < keptForMs
    const end = Math.min((number + 1) * pageSize, to)
    const page = isFresh ? known : read(key, log, number * pageSize, end)
    const upTo = Math.min(page.upTo, to)
    return { events: (await page.events).filter((event) => event.seq > seq && event.seq <= upTo), upTo }
  }

  return {
    after,
    async at(log, seq, to) {
      const { events: found } = await after(log, seq - 1, to)
      return found.find((event) => event.seq === seq)
    },
  }
}

/** What follows `last` in the feed’s memory, where that reaches back so far. */
export function remembered(tracking: Pick<Tracking, 'recent'>, last: number): Stretch | undefined {
  const recent = tracking.recent()
  const [oldest] = recent
  const newest = recent.at(-1)
  if (oldest === undefined || newest === undefined || oldest.seq > last + 1) return undefined
  return { events: recent.slice(last + 1 - oldest.seq), upTo: newest.seq }
}
