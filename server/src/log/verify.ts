import { isDeepStrictEqual } from 'node:util'
import { subjectsOf } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { EventDocument, LogModels } from './documents.ts'
import { digestOf, hashOf } from './format.ts'
import type { Place } from './read.ts'
import { type Snapshot, within } from './tx.ts'

export type Verification =
  | {
      readonly ok: true
      /** How many were verified. */
      readonly events: number
      readonly seq: number
      readonly hash: string
      /** There is more behind `seq`. */
      readonly isPartial?: true
    }
  | { readonly ok: false; readonly seq: number; readonly event?: string; readonly reason: string }

type Models = Pick<LogModels, 'events' | 'heads'>
type Bad = Extract<Verification, { readonly ok: false }>

export interface VerifyOptions {
  /** Verifies what follows this place, whose hash is taken as it is; from the beginning unless given. */
  readonly from?: Place | undefined
  readonly atMost?: number
  /** How each page is read: in a snapshot, say, or only while somebody may. */
  readonly through?: <Value>(read: (snapshot: Snapshot | undefined) => Promise<Value>) => Promise<Value>
}

/** Few enough for a page of them to hold up nobody else. */
const perPage = 250

/**
 * Recomputes the hash chain of a log, from its origin to its head, and names the first event that does not fit. Nothing
 * of an event is excepted: one without its salt is bad too, since nothing erases data yet (docs/decisions/formats.md).
 */
export async function verify(
  models: Models,
  log: string,
  { from, atMost = Number.POSITIVE_INFINITY, through = (read) => read(undefined) }: VerifyOptions = {},
): Promise<Verification> {
  const ends = await through((snapshot) => endsOf(models, log, snapshot))
  if (ends === undefined) return { ok: false, seq: 0, reason: 'There is no such log.' }
  const { head, stray } = ends
  const begin = from ?? { seq: 0, hash: head.origin }
  const end = Math.min(head.seq, begin.seq + atMost)
  let { seq, hash } = begin
  while (seq < end) {
    const page = await through((snapshot) => readPage(models, log, seq, Math.min(seq + perPage, end), snapshot))
    for (const event of page) {
      const bad = checkEvent(event, seq + 1, hash)
      if (bad !== undefined) return bad
      seq += 1
      hash = event.hash
    }
    if (page.length === 0) return missing(seq + 1)
  }
  const events = seq - begin.seq
  if (seq < head.seq) return { ok: true, events, seq, hash, isPartial: true }
  if (hash !== head.hash) return { ok: false, seq, reason: 'The head does not fit the last event.' }
  if (stray !== undefined) {
    return { ok: false, seq: stray.seq, event: stray._id, reason: 'The event lies beyond the end of the log.' }
  }
  return { ok: true, events, seq, hash }
}

async function endsOf({ heads, events }: Models, log: string, snapshot: Snapshot | undefined) {
  const head = await heads.findById(log, null, within(snapshot)).lean()
  if (head === null) return undefined
  const beyond = { log, seq: trusted({ $gt: head.seq }) }
  const stray = await events.findOne(beyond, { seq: 1 }, within(snapshot)).sort({ seq: 1 }).lean()
  return { head, stray: stray ?? undefined }
}

function readPage(
  { events }: Models,
  log: string,
  above: number,
  upTo: number,
  snapshot: Snapshot | undefined,
): Promise<EventDocument[]> {
  return events
    .find({ log, seq: trusted({ $gt: above, $lte: upTo }) }, null, within(snapshot))
    .sort({ seq: 1 })
    .lean()
    .exec()
}

const missing = (seq: number): Bad => ({ ok: false, seq, reason: 'The event is missing.' })

function checkEvent(event: EventDocument, seq: number, previous: string): Bad | undefined {
  if (event.seq !== seq) return missing(seq)
  const reason = reasonAgainst(event, previous)
  return reason === undefined ? undefined : { ok: false, seq, event: event._id, reason }
}

/** All that is stored of an event, and of who made it: what else there were would be shown without being sealed. */
const fields = 'actor affects at audience data digest hash log salt seq subjects type _id'.split(' ').sort()
const actorFields = ['id', 'kind', 'name']

/** Whatever is stored: what was changed may be of another type, or not there. */
function reasonAgainst(event: EventDocument, previous: string): string | undefined {
  if (!hasOnly(event, fields) || !hasOnly(event.actor, actorFields)) {
    return 'The event has not the fields that an event has.'
  }
  try {
    const { salt, data, actor, subjects } = event
    if (digestOf({ salt: salt.buffer, actorName: actor.name, data }) !== event.digest) {
      return 'The data do not fit their digest.'
    }
    if (hashOf(event, previous) !== event.hash) return 'The event does not fit its hash.'
    // They are no part of the hash, but of what is found.
    if (!isDeepStrictEqual(subjects, subjectsOf(data))) return 'What the event is found by does not fit its data.'
    return undefined
  } catch (error) {
    if (error instanceof TypeError) return 'A field of the event is not of its type.'
    throw error
  }
}

function hasOnly(stored: unknown, names: readonly string[]): boolean {
  return typeof stored === 'object' && stored !== null && isDeepStrictEqual(Object.keys(stored).sort(), names)
}
