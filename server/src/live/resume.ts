/** Where a client's cursor leads. Those who come back have seen one of the last events, which are known without asking. */
import { problem } from '@rolecall/contract'
import type { LogModels } from '../log/documents.ts'
import type { Feed } from '../log/feed.ts'
import { fits, parseCursor } from '../log/format.ts'
import type { Pages } from '../log/pages.ts'
import type { Tracking } from '../log/tracked-logs.ts'

export type Resumed =
  | { readonly seq: number }
  | { readonly reason: 'cursor_invalid' | 'cursor_from_future' | 'cursor_before_membership' }

export interface ResumeRequest {
  readonly cursor: string
  readonly organisation: string
  readonly tracking: Tracking
  /** Where the present membership began. */
  readonly sinceSeq: number
}

const catchUpMs = 2_000

export function createResume({ models, feed, pages }: { models: LogModels; feed: Feed; pages: Pages }) {
  async function head(log: string) {
    const found = await models.heads.findById(log).lean()
    if (found === null) throw problem('not_found')
    return found
  }

  /** The hash at a position that the feed has applied. */
  async function hashAt(log: string, seq: number, tracking: Tracking): Promise<string | undefined> {
    const position = tracking.position()
    if (position === undefined) throw problem('unavailable')
    if (seq === position.seq) return position.hash
    if (seq === 0) return (await head(log)).origin
    const recent = tracking.recent()
    const event = recent[seq - (recent[0]?.seq ?? Number.POSITIVE_INFINITY)] ?? (await pages.at(log, seq, position.seq))
    return event?.hash
  }

  /** Resolves when the feed has come as far as the cursor. Throws `unavailable` when that takes too long. */
  return async function resume({ cursor, organisation, tracking, sinceSeq }: ResumeRequest): Promise<Resumed> {
    const parsed = parseCursor(cursor)
    if (parsed === undefined || parsed.log !== organisation) return { reason: 'cursor_invalid' }
    const { seq } = parsed
    // The cursor may come from HTTP, which is ahead of the feed: what it has seen must not come once more.
    if (seq > (tracking.position()?.seq ?? 0)) {
      if (seq > (await head(organisation)).seq) return { reason: 'cursor_from_future' }
      if (!(await feed.applied(organisation, seq, catchUpMs))) throw problem('unavailable')
    }
    const hash = await hashAt(organisation, seq, tracking)
    if (hash === undefined || !fits(parsed, hash)) return { reason: 'cursor_invalid' }
    return seq < sinceSeq ? { reason: 'cursor_before_membership' } : { seq }
  }
}
