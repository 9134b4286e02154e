import { Buffer } from 'node:buffer'
import { CommandError } from '../errors.ts'
import { type Bound, boundsOf, impliesPartial } from '../query/bounds.ts'
import type { SortField } from '../query/sort.ts'
import type { Collection, Index } from '../storage/catalogue.ts'
import * as keys from '../storage/keys.ts'
import { compare, equal } from '../values/compare.ts'
import { type Doc, isDoc } from '../values/doc.ts'
import { encodeKey } from '../values/key.ts'

/** From `start` (included) to `end` (excluded). */
export interface KeyRange {
  readonly start: Buffer
  readonly end: Buffer
}

export interface Plan {
  /** Without an index all documents are looked at. The `_id` index is the order of the documents themselves. */
  readonly index: Index | undefined
  /** In ascending order, without overlap. */
  readonly ranges: readonly KeyRange[]
  readonly isReverse: boolean
  /** The documents come in the order that was asked for. */
  readonly isSorted: boolean
}

export interface Wanted {
  readonly filter: Doc
  readonly sort: readonly SortField[]
  readonly hint: unknown
  /** Indexes younger than the snapshot are not used. */
  readonly time: bigint
}

/** More combinations of `$in` values than this are not worth their own ranges. */
const maxRanges = 1_000

/**
 * Chooses by rule, not by cost: first the index whose fields the filter fixes most, then one with a range, then one
 * that gives the order. What the bounds let through is matched against the whole filter afterwards, so a plan is slow
 * at worst, never wrong.
 */
export const plan = (collection: Collection, wanted: Wanted): Plan => {
  const { hint } = wanted
  if (isDoc(hint) && '$natural' in hint) return fullScan(collection, wanted, Number(hint.$natural) < 0)
  const hinted = hint === undefined ? undefined : hintedIndex(collection, hint)
  let best: (Plan & { score: number }) | undefined
  for (const index of hinted ? [hinted] : collection.indexes) {
    const candidate = planOn(collection, index, wanted)
    if (candidate && (hinted || candidate.score > 0) && candidate.score > (best?.score ?? -1)) best = candidate
  }
  if (best) return best
  if (hinted) {
    throw new CommandError(
      'NoQueryExecutionPlans',
      `error processing query: planner returned error: the hinted index ${hinted.name} cannot answer the query whole`,
    )
  }
  return fullScan(collection, wanted, false)
}

const hintedIndex = (collection: Collection, hint: unknown): Index => {
  const index = collection.indexes.find(({ name, spec }) => (isDoc(hint) ? equal(spec.key, hint) : name === hint))
  if (index) return index
  throw new CommandError(
    'BadValue',
    'error processing query: planner returned error: hint provided does not correspond to an existing index',
  )
}

const fullScan = (collection: Collection, { sort }: Wanted, isReverse: boolean): Plan => ({
  index: undefined,
  ranges: [wholeOf(keys.documentPrefix(collection.id))],
  isReverse,
  isSorted: sort.length === 0,
})

const planOn = (collection: Collection, index: Index, wanted: Wanted): (Plan & { score: number }) | undefined => {
  const { filter, sort, time } = wanted
  // A snapshot from before the collection came into being is empty, and so are all its indexes.
  if (index.since > time && collection.created <= time) return undefined
  if (index.partial && !impliesPartial(filter, index.partial)) return undefined

  const prefix = index.id === 0 ? keys.documentPrefix(collection.id) : keys.indexPrefix(collection.id, index.id)
  let prefixes: Buffer[] = [prefix]
  let ranges: KeyRange[] | undefined
  let fixed = 0
  let single = 0
  let excludesMissing = false
  const usedRoots = new Set<string>()
  for (const [place, field] of index.fields.entries()) {
    const direction = index.directions[place] ?? 1
    const root = field.split('.')[0] ?? field
    // In one array the two conditions may be met by different elements, whose entries are not the same.
    if (index.isMultikey && usedRoots.has(root)) break
    const bound = boundsOf(filter, field, { isMultikey: index.isMultikey })
    if (!bound) break
    usedRoots.add(root)
    if (!bound.equals) {
      ranges = prefixes.map((start) => rangeOf(start, bound, direction))
      excludesMissing = true
      break
    }
    const points = distinctPoints(bound.equals, direction)
    if (prefixes.length * points.length > maxRanges) {
      if (place > 0) break
      const [low, high] = extremes(bound.equals)
      const between: Bound = { min: { value: low, inclusive: true }, max: { value: high, inclusive: true } }
      ranges = prefixes.map((start) => rangeOf(start, between, direction))
      excludesMissing = !bound.equals.includes(null)
      break
    }
    prefixes = prefixes.flatMap((start) => points.map((point) => Buffer.concat([start, point])))
    fixed += 1
    if (points.length === 1 && single === place) single += 1
    if (bound.equals.length > 0 && !bound.equals.some(isMissing)) excludesMissing = true
  }
  if (index.isSparse && !excludesMissing) return undefined
  const found = (ranges ?? prefixes.map(wholeOf)).filter(({ start, end }) => Buffer.compare(start, end) < 0)
  const order = orderGiven(index, sort, single)
  const score = fixed * 10 + (ranges ? 5 : 0) + (order && sort.length > 0 ? 3 : 0) + uniqueness(index, fixed)
  return {
    index,
    ranges: found.sort((left, right) => Buffer.compare(left.start, right.start)),
    isReverse: order === 'reverse',
    isSorted: order !== undefined,
    score,
  }
}

const uniqueness = (index: Index, fixed: number): number => (index.isUnique && fixed === index.fields.length ? 5 : 0)

const isMissing = (value: unknown): boolean => value === null || value === undefined

/** Fields with one fixed value do not matter for the order; the rest must be the sort, as it is or turned round. */
const orderGiven = (index: Index, sort: readonly SortField[], single: number): 'forward' | 'reverse' | undefined => {
  if (sort.length === 0) return 'forward'
  if (index.isMultikey) return undefined
  const fixedFields = new Set(index.fields.slice(0, single))
  const wanted = sort.filter(({ field }) => !fixedFields.has(field))
  // Entries of equal values lie in the order of their _id.
  const fields = index.fields.includes('_id') ? index.fields : [...index.fields, '_id']
  const rest = fields.slice(single)
  let turned: boolean | undefined
  for (const [place, { field, direction }] of wanted.entries()) {
    if (rest[place] !== field) return undefined
    const isTurned = (index.directions[single + place] ?? 1) !== direction
    turned ??= isTurned
    if (turned !== isTurned) return undefined
  }
  return turned ? 'reverse' : 'forward'
}

const distinctPoints = (values: readonly unknown[], direction: 1 | -1): Buffer[] => {
  const points = new Map<string, Buffer>()
  for (const value of values) {
    const point = encodeKey([value], [direction])
    points.set(keys.textOf(point), point)
  }
  return [...points.values()]
}

const extremes = (values: readonly unknown[]): [unknown, unknown] => {
  const sorted = [...values].sort(compare)
  return [sorted[0], sorted.at(-1)]
}

const wholeOf = (prefix: Buffer): KeyRange => ({ start: prefix, end: keys.after(prefix) })

const rangeOf = (prefix: Buffer, { min, max }: Bound, direction: 1 | -1): KeyRange => {
  const [first, last] = direction === 1 ? [min, max] : [max, min]
  const at = (value: unknown): Buffer => Buffer.concat([prefix, encodeKey([value], [direction])])
  const whole = wholeOf(prefix)
  return {
    start: first ? (first.inclusive ? at(first.value) : keys.after(at(first.value))) : whole.start,
    end: last ? (last.inclusive ? keys.after(at(last.value)) : at(last.value)) : whole.end,
  }
}
