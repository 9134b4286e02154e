/**
 * How an event is sealed and how a cursor is written. These formats cannot change once logs exist:
 * docs/decisions/formats.md.
 */
import { createHash } from 'node:crypto'
import canonicalizeModule from 'canonicalize'
import type { EventDocument } from './documents.ts'

// The package is CommonJS whose types speak of an ES module: what is imported is the function itself.
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined

const sha256 = (...parts: (string | Uint8Array)[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

/** RFC 8785 (JSON Canonicalization Scheme). */
function canonical(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('not a JSON value')
  return text
}

/**
 * What is personal in an event (the actor's name and the data) enters the chain by this salted digest alone, so that
 * both can be erased together with the salt, and nobody guesses what they may not read.
 */
export function digestOf(event: { salt: Uint8Array; actorName: string; data: unknown }): string {
  return sha256(event.salt, canonical({ actorName: event.actorName, data: event.data }))
}

export type Sealed = Omit<EventDocument, 'hash' | 'salt' | 'data' | 'subjects'>

/** The hash that makes the log a chain: SHA-256 over the canonical JSON of the event and its predecessor's hash. */
export function hashOf(event: Sealed, previous: string): string {
  return sha256(
    canonical({
      v: 1,
      previous,
      id: event._id,
      log: event.log,
      seq: event.seq,
      type: event.type,
      at: event.at.toISOString(),
      actor: { kind: event.actor.kind, id: event.actor.id },
      audience: event.audience,
      affects: event.affects,
      digest: event.digest,
    }),
  )
}

export interface Cursor {
  readonly log: string
  readonly seq: number
  /** Begins the hash of the event at `seq`, or the log's origin: a cursor of another history does not fit. */
  readonly fingerprint: string
}

const fingerprintLength = 16
const cursorText = /^1\.([a-z]{3}_[0-9a-z]{26})\.(0|[1-9][0-9]{0,15})\.([0-9a-f]{16})$/

export function cursorAt(log: string, seq: number, hash: string): string {
  return Buffer.from(`1.${log}.${seq}.${hash.slice(0, fingerprintLength)}`).toString('base64url')
}

/** Undefined for anything that was never a cursor. Whether it fits a log is for `read.ts` to find out. */
export function parseCursor(text: string): Cursor | undefined {
  const bytes = Buffer.from(text, 'base64url')
  // Base64 has several spellings of the same bytes; one is ours.
  if (bytes.toString('base64url') !== text) return undefined
  const match = cursorText.exec(bytes.toString('latin1'))
  const [, log, seq, fingerprint] = match ?? []
  if (log === undefined || seq === undefined || fingerprint === undefined) return undefined
  const position = Number(seq)
  return Number.isSafeInteger(position) ? { log, seq: position, fingerprint } : undefined
}

export function fits(cursor: Cursor, hash: string): boolean {
  return hash.startsWith(cursor.fingerprint)
}
