import { type AnyEvent, type EventType, type Page, problem } from '@rolecall/contract'
import { eventDefinitions } from '@rolecall/contract/schemas'
import { trusted } from 'mongoose'
import type { EventDocument, HeadDocument, LogModels } from './documents.ts'
import { type Cursor, cursorAt, fits, parseCursor } from './format.ts'
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

export type CursorState = { readonly seq: number } | 'invalid' | 'future'

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
  return hash !== undefined && fits(cursor, hash) ? { seq: cursor.seq } : 'invalid'
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

export interface ReadOptions {
  /** An event's cursor: what follows it in the order that is asked for. */
  readonly after?: string | undefined
  readonly order: 'asc' | 'desc'
  readonly limit: number
  readonly type?: string | undefined
  /** Id of an actor. */
  readonly actor?: string | undefined
  /** What the reader may see. */
  readonly audiences: readonly string[]
}

/** A page of a log, from its oldest or from its newest event on. Throws `invalid_cursor` for a cursor that is not of this log’s history. */
export async function readLog(
  models: LogModels,
  snapshot: Snapshot,
  log: string,
  { after, order, limit, type, actor, audiences }: ReadOptions,
): Promise<Page<AnyEvent>> {
  const head = await models.heads.findById(log, null, within(snapshot)).lean()
  if (head === null) throw problem('not_found')
  const from = after === undefined ? undefined : await resolveCursor(models, head, after, snapshot)
  if (typeof from === 'string') throw problem('invalid_cursor', { detail: 'Begin again without `after`.' })
  const isAscending = order === 'asc'
  const wanted = {
    log,
    ...(from === undefined ? {} : { seq: trusted(isAscending ? { $gt: from.seq } : { $lt: from.seq }) }),
    audience: trusted({ $in: audiences }),
  }
  const found: EventDocument[] = []
  for (const condition of conditionsFor({ type, actor, audiences })) {
    const filter: Record<string, unknown> = { ...wanted, ...condition }
    const some = await models.events
      .find(filter, null, within(snapshot))
      .sort({ seq: isAscending ? 1 : -1 })
      .limit(limit + 1)
      .lean()
    found.push(...some)
  }
  found.sort((one, other) => (isAscending ? one.seq - other.seq : other.seq - one.seq))
  const data = found.slice(0, limit).map(show)
  const last = data.at(-1)
  return found.length > limit && last !== undefined ? { data, next: last.cursor } : { data }
}

/**
 * Conditions that together find what is asked for, each in an index of its own: whoever may see little of a long log
 * would otherwise wait while all that they may not see is passed over.
 */
function conditionsFor({
  type,
  actor,
  audiences,
}: Pick<ReadOptions, 'type' | 'actor' | 'audiences'>): readonly object[] {
  const by = actor === undefined ? {} : { 'actor.id': actor }
  if (type !== undefined) return [{ type, ...by }]
  const hidden = typesOfOrganisations.filter((one) => !audiences.includes(eventDefinitions[one].audience))
  if (actor !== undefined || hidden.length === 0 || audiences.includes('self')) return [by]
  return typesOfOrganisations.filter((one) => !hidden.includes(one)).map((one) => ({ type: one }))
}

const typesOfOrganisations = (Object.keys(eventDefinitions) as EventType[]).filter(
  (type) => eventDefinitions[type].audience !== 'self',
)
