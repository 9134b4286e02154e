import type { EventDocument } from '../log/documents.ts'
import { type Pages, remembered } from '../log/pages.ts'
import type { Tracking } from '../log/tracked-logs.ts'

/** Reads on in a log, up to where this node has applied it and no further. */
export interface Reading {
  /** The next event; undefined where there is none yet. */
  next(): Promise<EventDocument | undefined>
  /** The next event was looked at. */
  pass(): void
  /** Up to here all were looked at. */
  readonly seq: number
}

export function createReading(log: string, from: number, tracking: Tracking, pages: Pages): Reading {
  let seq = from
  let ahead: readonly EventDocument[] = []
  let at = 0

  return {
    async next() {
      while (at >= ahead.length) {
        const position = tracking.position()
        if (position === undefined || seq >= position.seq) return undefined
        const { events, upTo } = remembered(tracking, seq) ?? (await pages.after(log, seq, position.seq))
        ahead = events
        at = 0
        if (events.length === 0) seq = upTo
      }
      return ahead[at]
    },
    pass() {
      seq = ahead[at]?.seq ?? seq
      at += 1
    },
    get seq() {
      return seq
    },
  }
}
