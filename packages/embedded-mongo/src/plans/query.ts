import type { Deadline } from '../engine/deadline.ts'
import { CommandError } from '../errors.ts'
import { compileFilter, type Matcher } from '../query/matcher.ts'
import { compileSort, sortFields } from '../query/sort.ts'
import type { Collection } from '../storage/catalogue.ts'
import type { Stored } from '../storage/documents.ts'
import type { View } from '../storage/view.ts'
import type { Doc } from '../values/doc.ts'
import { type Plan, plan } from './planner.ts'
import { type Examined, scan } from './scan.ts'

/** As in MongoDB: a sort that no index gives must fit into this. */
const maxSortBytes = 100 * 1024 * 1024

export interface Query {
  readonly filter: Doc
  readonly sort?: Doc | undefined
  readonly skip?: number | undefined
  readonly limit?: number | undefined
  readonly hint?: unknown
  readonly deadline?: Deadline | undefined
}

export interface PreparedQuery {
  readonly plan: Plan
  readonly matcher: Matcher
  readonly examined: Examined
  /** Runs the query, as far as the documents are taken. */
  documents(): Iterable<Stored>
}

/** Finds the mistakes of a query that has no collection to be run on. */
export const checkQuery = ({ filter, sort = {} }: Query): void => {
  compileFilter(filter)
  if (!('$natural' in sort)) compileSort(sort)
}

/** Filter, order, skip and limit over one collection as a view shows it. */
export const prepare = (view: View, time: bigint, collection: Collection, query: Query): PreparedQuery => {
  const { filter, sort = {}, skip = 0, limit = 0, hint, deadline } = query
  const natural = '$natural' in sort
  if (natural && Object.keys(sort).length > 1) {
    throw new CommandError('BadValue', 'A sort by $natural cannot have other fields')
  }
  const fields = natural ? [] : sortFields(sort)
  const chosen = plan(collection, { filter, sort: fields, hint: natural ? sort : hint, time })
  const matcher = compileFilter(filter)
  const examined = { keys: 0, documents: 0 }
  return {
    plan: chosen,
    matcher,
    examined,
    documents() {
      const found = scan({ view, collection, plan: chosen, matcher, deadline, examined })
      const wanted = limit === 0 ? Number.POSITIVE_INFINITY : skip + limit
      return slice(chosen.isSorted ? found : sorted(found, compileSort(sort), wanted), skip, wanted)
    },
  }
}

function* slice(documents: Iterable<Stored>, skip: number, end: number): Generator<Stored> {
  let place = 0
  if (end <= 0) return
  for (const document of documents) {
    if (place >= skip) yield document
    place += 1
    if (place >= end) return
  }
}

/** Keeps no more than are wanted, and refuses where even these are too large. */
function* sorted(
  documents: Iterable<Stored>,
  compare: (left: Doc, right: Doc) => number,
  wanted: number,
): Generator<Stored> {
  const byDocument = (left: Stored, right: Stored): number => compare(left.doc, right.doc)
  let kept: Stored[] = []
  let bytes = 0
  for (const document of documents) {
    kept.push(document)
    bytes += document.bytes.length
    if (kept.length >= 2 * wanted + 100) {
      kept = kept.sort(byDocument).slice(0, wanted)
      bytes = kept.reduce((sum, { bytes: own }) => sum + own.length, 0)
    }
    if (bytes > maxSortBytes) {
      throw new CommandError(
        'QueryExceededMemoryLimitNoDiskUseAllowed',
        `Sort exceeded memory limit of ${maxSortBytes} bytes. The embedded engine does not sort on disk: add an index.`,
      )
    }
  }
  yield* kept.sort(byDocument)
}
