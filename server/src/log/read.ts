import { type AnyEvent, type EventType, matchesType, type Page, problem } from '@rolecall/contract'
import { eventDefinitions } from '@rolecall/contract/schemas'
import { trusted } from 'mongoose'
import type { EventDocument, HeadDocument, LogModels } from './documents.ts'
import { type Cursor, cursorAt, fits, parseCursor } from './format.ts'
import { lastBefore } from './last-before.ts'
import { type Snapshot, within } from './tx.ts'

/** An event as everybody outside sees it. */
export function show(event: EventDocument): AnyEvent {
  const { _id, log, seq, type, at, actor, audience, data, affects, hash } = event
  return {
    id: _id,
    log,
    seq,
    type,
    at: at.toISOString(),
    actor,
    audience,
    data,
    affects,
    hash,
    cursor: cursorAt(log, seq, hash),
  }
}

/** A place in a log: a position, and the hash of the event there. */
export interface Place {
  readonly seq: number
  readonly hash: string
}

export type CursorState = Place | 'invalid' | 'future'

/** Whether a cursor fits the history of a log whose head is known. */
export async function resolveCursor(
  models: Pick<LogModels, 'events'>,
  head: HeadDocument,
  text: string,
  snapshot: Snapshot,
): Promise<CursorState> {
  const cursor = parseCursor(text)
  if (cursor === undefined || cursor.log !== head._id) return 'invalid'
  if (cursor.seq > head.seq) return 'future'
  const hash = await hashAt(models, head, cursor, snapshot)
  return hash !== undefined && fits(cursor, hash) ? { seq: cursor.seq, hash } : 'invalid'
}

async function hashAt(
  models: Pick<LogModels, 'events'>,
  head: HeadDocument,
  { seq }: Cursor,
  snapshot: Snapshot,
): Promise<string | undefined> {
  if (seq === 0) return head.origin
  if (seq === head.seq) return head.hash
  const event = await models.events.findOne({ log: head._id, seq }, { hash: 1 }, within(snapshot)).lean()
  return event?.hash
}

/** Which events are asked for. */
export interface Selection {
  /** Patterns, separated by commas. */
  readonly type?: string | undefined
  /** Id of an actor. */
  readonly actor?: string | undefined
  /** Id of what they are about. */
  readonly subject?: string | undefined
  readonly since?: string | undefined
  readonly until?: string | undefined
}

export interface ReadOptions extends Selection {
  /** An event's cursor: what follows it in the order that is asked for. */
  readonly after?: string | undefined
  readonly order: 'asc' | 'desc'
  readonly limit: number
  /** Nothing beyond this position. */
  readonly upTo?: number | undefined
  /** What the reader may see. */
  readonly audiences: readonly string[]
}

/** A page of a log, from its oldest or from its newest event on. Throws `invalid_cursor` for a cursor that is not of this log’s history. */
export async function readLog(
  models: LogModels,
  snapshot: Snapshot,
  log: string,
  options: ReadOptions,
): Promise<Page<AnyEvent>> {
  const { order, limit, audiences, subject } = options
  const head = await models.heads.findById(log, null, within(snapshot)).lean()
  if (head === null) throw problem('not_found')
  const { above, upTo } = await boundsOf(models, snapshot, head, options)
  const isAscending = order === 'asc'
  const wanted = { log, seq: trusted({ $gt: above, $lte: upTo }), audience: trusted({ $in: audiences }) }
  const found: EventDocument[] = []
  for (const condition of conditionsFor(options)) {
    const filter: Record<string, unknown> = { ...wanted, ...condition }
    const query = models.events.find(filter, null, within(snapshot)).sort({ seq: isAscending ? 1 : -1 })
    if (subject !== undefined) query.hint('log_subjects_seq')
    found.push(...(await query.limit(limit + 1).lean()))
  }
  found.sort((one, other) => (isAscending ? one.seq - other.seq : other.seq - one.seq))
  const data = found.slice(0, limit).map(show)
  const last = data.at(-1)
  return found.length > limit && last !== undefined ? { data, next: last.cursor } : { data }
}

/** Between which positions what is asked for lies. */
async function boundsOf(
  models: LogModels,
  snapshot: Snapshot,
  head: HeadDocument,
  { after, order, since, until, upTo = head.seq }: ReadOptions,
): Promise<{ readonly above: number; readonly upTo: number }> {
  const place = after === undefined ? undefined : await resolveCursor(models, head, after, snapshot)
  if (typeof place === 'string') throw problem('invalid_cursor', { detail: 'Begin again without `after`.' })
  const before = (time: string) => lastBefore(models, snapshot, head, new Date(time))
  return {
    above: Math.max(
      since === undefined ? 0 : await before(since),
      place !== undefined && order === 'asc' ? place.seq : 0,
    ),
    upTo: Math.min(
      until === undefined ? upTo : await before(until),
      place !== undefined && order === 'desc' ? place.seq - 1 : upTo,
      upTo,
    ),
  }
}

/**
 * Conditions that together find what is asked for, each in an index of its own: whoever may see little of a long log
 * would otherwise wait while all that they may not see is passed over.
 */
function conditionsFor({ type, actor, subject, audiences }: ReadOptions): readonly object[] {
  const isOwn = audiences.includes('self')
  const all = allTypes.filter((one) => isOwn || eventDefinitions[one].audience !== 'self')
  const wanted = all.filter(
    (one) =>
      audiences.includes(eventDefinitions[one].audience) && (type === undefined || matchesType(type.split(','), one)),
  )
  const by = {
    ...(actor === undefined ? {} : { 'actor.id': actor }),
    ...(subject === undefined ? {} : { subjects: subject }),
  }
  if (wanted.length === all.length || (actor !== undefined && type === undefined && subject === undefined)) return [by]
  if (subject !== undefined) return [{ ...by, type: trusted({ $in: wanted }) }]
  return wanted.map((one) => ({ ...by, type: one }))
}

const allTypes = Object.keys(eventDefinitions) as EventType[]
