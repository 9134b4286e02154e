import { Buffer } from 'node:buffer'
import type { Deadline } from '../engine/deadline.ts'
import { CommandError } from '../errors.ts'
import type { Matcher } from '../query/matcher.ts'
import type { Collection } from '../storage/catalogue.ts'
import { documentKey, type Stored } from '../storage/documents.ts'
import * as keys from '../storage/keys.ts'
import type { View } from '../storage/view.ts'
import { decode } from '../values/codec.ts'
import type { Plan } from './planner.ts'

export interface Examined {
  keys: number
  documents: number
}

/** The matching documents in the plan's order, one by one. */
export function* scan({
  view,
  collection,
  plan: { index, ranges, isReverse },
  matcher,
  deadline,
  examined = { keys: 0, documents: 0 },
}: {
  view: View
  collection: Collection
  plan: Plan
  matcher: Matcher
  deadline?: Deadline | undefined
  examined?: Examined
}): Generator<Stored> {
  const isDirect = index === undefined || index.id === 0
  const prefixBytes = keys.documentPrefix(collection.id).length
  // A document with an array has several entries in a multikey index.
  const seen = index?.isMultikey ? new Set<string>() : undefined
  for (const range of isReverse ? ranges.toReversed() : ranges) {
    for (const { key, value } of view.range({ ...range, reverse: isReverse })) {
      if (index) examined.keys += 1
      if (deadline !== undefined && (examined.keys + examined.documents) % 256 === 0) checkTime(deadline)
      const id = isDirect ? Buffer.from(key.subarray(prefixBytes)) : Buffer.from(value)
      if (seen) {
        const text = keys.textOf(id)
        if (seen.has(text)) continue
        seen.add(text)
      }
      const own = isDirect ? undefined : documentKey(collection, id)
      const bytes = own ? view.get(own) : value
      // By the very transaction that reads on in its cursor.
      if (!bytes && own && view.isRemoved?.(own)) continue
      if (!bytes) throw new Error(`${collection.namespace}: ${index?.name} points to a document that is not there`)
      examined.documents += 1
      const doc = decode(bytes)
      if (matcher.matches(doc)) yield { id, bytes, doc }
    }
  }
}

const checkTime = (deadline: Deadline): void => {
  if (deadline.leftMs() <= 0) throw new CommandError('MaxTimeMSExpired', 'operation exceeded time limit')
}
