import { trusted } from 'mongoose'
import type { LogModels } from './documents.ts'
import { digestOf, hashOf } from './format.ts'

export type Verification =
  | { readonly ok: true; readonly events: number; readonly hash: string }
  | { readonly ok: false; readonly seq: number; readonly reason: string }

/**
 * Recomputes the hash chain of a log, from its origin to its head, and names the first event that does not fit. Data
 * that were erased (with their salt) cannot be checked against their digest; the chain still is.
 */
export async function verify(models: LogModels, log: string): Promise<Verification> {
  const head = await models.heads.findById(log).lean()
  if (head === null) return { ok: false, seq: 0, reason: 'There is no such log.' }
  let seq = 0
  let hash = head.origin
  const events = models.events
    .find({ log, seq: trusted({ $lte: head.seq }) })
    .sort({ seq: 1 })
    .lean()
    .cursor()
  for await (const event of events) {
    seq += 1
    if (event.seq !== seq) return { ok: false, seq, reason: 'The event is missing.' }
    const { salt, data, actor } = event
    if (salt && digestOf({ salt: salt.buffer, actorName: actor.name, data }) !== event.digest) {
      return { ok: false, seq, reason: 'The data do not fit their digest.' }
    }
    if (hashOf(event, hash) !== event.hash) return { ok: false, seq, reason: 'The event does not fit its hash.' }
    hash = event.hash
  }
  if (seq !== head.seq) return { ok: false, seq: seq + 1, reason: 'The event is missing.' }
  if (hash !== head.hash) return { ok: false, seq, reason: 'The head does not fit the last event.' }
  return { ok: true, events: seq, hash }
}
