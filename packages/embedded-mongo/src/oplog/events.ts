import { Long } from 'bson'
import { decode } from '../values/codec.ts'
import type { Doc } from '../values/doc.ts'
import { timestampOf } from './clock.ts'
import type { Entry, Operation } from './entries.ts'
import { tokenOf } from './resume-tokens.ts'

/** What a stream watches: the whole deployment, a database or a collection. */
export interface Scope {
  readonly db?: string
  readonly collection?: string
}

interface Decoded {
  readonly documentKey?: Doc
  readonly fullDocument?: Doc
  readonly updateDescription?: Doc
}

// One operation is told to many streams and decoded once.
const decodedOperations = new WeakMap<Operation, Decoded>()

const decoded = (operation: Operation): Decoded => {
  const known = decodedOperations.get(operation)
  if (known) return known
  const { key, document, description } = operation
  const fresh = {
    ...(key && { documentKey: decode(key) }),
    ...(document && { fullDocument: decode(document) }),
    ...(description && { updateDescription: decode(description) }),
  }
  decodedOperations.set(operation, fresh)
  return fresh
}

export const isInScope = (scope: Scope, operation: Operation): boolean => {
  const { db, collection } = scope
  if (operation.kind === 'other') return false
  if (db === undefined) return true
  // A stream of the name that a collection takes is told too.
  if (operation.to && isInScope(scope, { kind: 'rename', ...operation.to })) return true
  if (operation.db !== db) return false
  if (collection === undefined) return true
  return operation.kind !== 'dropDatabase' && operation.collection === collection
}

/** Whether a stream of this scope ends after the event. */
export const invalidates = ({ db, collection }: Scope, { kind }: Operation): boolean =>
  ((kind === 'drop' || kind === 'rename') && collection !== undefined) || (kind === 'dropDatabase' && db !== undefined)

export const eventOf = (entry: Entry, place: number, operation: Operation): Doc => {
  const { kind, db, collection, to } = operation
  const { documentKey, fullDocument, updateDescription } = decoded(operation)
  return {
    _id: tokenOf({ time: entry.time, operation: place }, 'event'),
    operationType: kind,
    clusterTime: timestampOf(entry.time),
    wallTime: entry.wall,
    ...(entry.transaction && { lsid: entry.transaction.lsid, txnNumber: asLong(entry.transaction.txnNumber) }),
    ...(fullDocument && { fullDocument }),
    ns: kind === 'dropDatabase' ? { db } : { db, coll: collection },
    ...(to && { to: { db: to.db, coll: to.collection } }),
    ...(documentKey && { documentKey }),
    ...(updateDescription && { updateDescription }),
  }
}

export const invalidateEvent = (entry: Entry, place: number): Doc => ({
  _id: tokenOf({ time: entry.time, operation: place }, 'invalidate'),
  operationType: 'invalidate',
  clusterTime: timestampOf(entry.time),
  wallTime: entry.wall,
})

const asLong = (value: unknown): Long => (value instanceof Long ? value : Long.fromString(String(value)))
