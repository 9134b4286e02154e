import { type Doc, isDoc } from '../values/doc.ts'
import { isNumber, nearestDouble, numericOf } from '../values/numbers.ts'

/** A pipeline's beginning as a query that can use indexes, and what is left for all documents at once. */
export interface SplitPipeline {
  readonly query: { filter: Doc; sort?: Doc; skip?: number; limit?: number }
  /** Set if what is left only counts: makes the one document of the answer. */
  readonly counts: ((n: number) => Doc) | undefined
  readonly rest: readonly Doc[]
}

export const splitPipeline = (pipeline: readonly Doc[]): SplitPipeline => {
  const filters: Doc[] = []
  const query: { sort?: Doc; skip?: number; limit?: number } = {}
  let place = 0
  for (; place < pipeline.length; place += 1) {
    const stage = pipeline[place] ?? {}
    const { $match, $sort, $skip, $limit } = stage
    const isFirstPart = query.sort === undefined && query.skip === undefined && query.limit === undefined
    if (isDoc($match) && isFirstPart) filters.push($match)
    else if (isDoc($sort) && isFirstPart) query.sort = $sort
    else if (
      $skip !== undefined &&
      query.skip === undefined &&
      query.limit === undefined &&
      whole($skip) !== undefined
    ) {
      query.skip = whole($skip) ?? 0
    } else if ($limit !== undefined && query.limit === undefined && (whole($limit) ?? 0) > 0) {
      query.limit = whole($limit) ?? 0
    } else break
  }
  const [only = {}] = filters
  const filter = filters.length > 1 ? { $and: filters } : only
  const rest = pipeline.slice(place)
  return { query: { filter, ...query }, counts: counting(rest), rest }
}

const whole = (value: unknown): number | undefined => {
  const number = isNumber(value) ? nearestDouble(numericOf(value)) : Number.NaN
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined
}

/** `$count`, or what drivers make of countDocuments: `{$group: {_id: 1, n: {$sum: 1}}}`. */
const counting = (rest: readonly Doc[]): ((n: number) => Doc) | undefined => {
  const [stage] = rest
  if (rest.length !== 1 || !stage) return undefined
  const { $count, $group } = stage
  if (typeof $count === 'string') return (n) => ({ [$count]: n })
  if (!isDoc($group)) return undefined
  const { _id: id, ...sums } = $group
  const [name, ...others] = Object.keys(sums)
  const isConstant = id === null || isNumber(id)
  if (!isConstant || name === undefined || others.length > 0) return undefined
  const sum = sums[name]
  const isOne = isDoc(sum) && Object.keys(sum).length === 1 && whole(sum.$sum) === 1
  return isOne ? (n) => ({ _id: id, [name]: n }) : undefined
}
