import { Binary, BSONRegExp, ObjectId, Timestamp } from 'bson'
import { compare, equal, isRegex, order, typeOrder } from '../values/compare.ts'
import { type Doc, isDoc, positionOf } from '../values/doc.ts'
import { isNumber, numericOf } from '../values/numbers.ts'
import { compileFilter, isOperatorDoc } from './matcher.ts'
import { isTruthy } from './predicates.ts'

export type End = { readonly value: unknown; readonly inclusive: boolean }

/** Where in an index on a field the matching documents are: at one of the values, or between the ends. */
export type Bound = { readonly min?: End; readonly max?: End; readonly equals?: readonly unknown[] }

// The first value of each type, and of the next, so that a range stays within its type as MongoDB's comparisons do.
// Numbers begin with NaN, which no comparison but one with NaN finds.
const typeRanges: Readonly<Record<number, { min: End; max: End }>> = {
  [order.number]: {
    min: { value: Number.NEGATIVE_INFINITY, inclusive: true },
    max: { value: Number.POSITIVE_INFINITY, inclusive: true },
  },
  [order.string]: { min: { value: '', inclusive: true }, max: { value: {}, inclusive: false } },
  [order.object]: { min: { value: {}, inclusive: true }, max: { value: [], inclusive: false } },
  [order.binary]: {
    min: { value: new Binary(new Uint8Array(0), 0), inclusive: true },
    max: { value: new ObjectId('0'.repeat(24)), inclusive: false },
  },
  [order.objectId]: {
    min: { value: new ObjectId('0'.repeat(24)), inclusive: true },
    max: { value: false, inclusive: false },
  },
  [order.bool]: { min: { value: false, inclusive: true }, max: { value: true, inclusive: true } },
  [order.date]: {
    min: { value: new Date(-8_640_000_000_000_000), inclusive: true },
    max: { value: new Timestamp({ t: 0, i: 0 }), inclusive: false },
  },
  [order.timestamp]: {
    min: { value: new Timestamp({ t: 0, i: 0 }), inclusive: true },
    max: { value: new BSONRegExp('', ''), inclusive: false },
  },
}

/** An array is found by its first element's entry, or as an element of an array of arrays. */
const entriesOf = (value: unknown): readonly unknown[] => {
  if (value === undefined) return [null]
  return Array.isArray(value) ? [value[0], value] : [value]
}

const equalTo = (values: readonly unknown[]): Bound | undefined =>
  values.some((value) => isRegex(value) || isOperatorDoc(value)) ? undefined : { equals: values.flatMap(entriesOf) }

const range = (operator: string, value: unknown): Bound | undefined => {
  const whole = typeRanges[typeOrder(value)]
  if (whole === undefined || (isNumber(value) && Number.isNaN(numericOf(value)))) return undefined
  switch (operator) {
    case '$gt':
      return { min: { value, inclusive: false }, max: whole.max }
    case '$gte':
      return { min: { value, inclusive: true }, max: whole.max }
    case '$lt':
      return { min: whole.min, max: { value, inclusive: false } }
    default:
      return { min: whole.min, max: { value, inclusive: true } }
  }
}

const boundOfOperator = (operator: string, argument: unknown): Bound | undefined => {
  switch (operator) {
    case '$eq':
      // { $eq: /x/ } looks for the expression itself.
      return isRegex(argument) ? { equals: [argument] } : { equals: entriesOf(argument) }
    case '$in':
      return Array.isArray(argument) ? equalTo(argument) : undefined
    case '$all':
      return Array.isArray(argument) && argument.length > 0 ? equalTo(argument.slice(0, 1)) : undefined
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return range(operator, argument)
    case '$elemMatch':
      return isDoc(argument) && isOperatorDoc(argument) ? elementBound(argument) : undefined
    default:
      return undefined
  }
}

/** One element must meet all of the conditions, so that its entry lies within all of their bounds. */
const elementBound = (conditions: Doc): Bound | undefined => {
  const bounds = Object.entries(conditions).flatMap(([operator, argument]) => boundOfOperator(operator, argument) ?? [])
  return bounds.find(({ equals }) => equals !== undefined) ?? intersectionOf(bounds)
}

const intersectionOf = (bounds: readonly Bound[]): Bound | undefined =>
  bounds.length === 0
    ? undefined
    : bounds.reduce(({ min, max }, next) => withEnds(higher(min, next.min), lower(max, next.max)))

/** The conditions that must all hold, from the top level and from within `$and`. */
const conjunction = (filter: Doc): [field: string, spec: unknown][] =>
  Object.entries(filter).flatMap(([name, spec]) => {
    if (name !== '$and') return [[name, spec]]
    return Array.isArray(spec) ? spec.flatMap((entry: unknown) => (isDoc(entry) ? conjunction(entry) : [])) : []
  })

/** The bounds of the filter's conditions on the field, one for each condition. Any of them may be used alone. */
export const allBoundsOf = (filter: Doc, field: string): Bound[] => {
  // The entries of `a.0` do not tell whether the document was reached by position or by name.
  if (field.split('.').some((part) => positionOf(part) !== undefined)) return []
  return conjunction(filter).flatMap(([name, spec]) => {
    if (name !== field) return []
    const bounds = isOperatorDoc(spec)
      ? Object.entries(spec).map(([operator, argument]) => boundOfOperator(operator, argument))
      : [equalTo([spec])]
    return bounds.filter((bound) => bound !== undefined)
  })
}

const higher = (a: End | undefined, b: End | undefined): End | undefined => {
  if (!a || !b) return a ?? b
  const difference = compare(a.value, b.value)
  return difference > 0 || (difference === 0 && !a.inclusive) ? a : b
}

const lower = (a: End | undefined, b: End | undefined): End | undefined => {
  if (!a || !b) return a ?? b
  const difference = compare(a.value, b.value)
  return difference < 0 || (difference === 0 && !a.inclusive) ? a : b
}

const withEnds = (min: End | undefined, max: End | undefined): Bound => ({
  ...(min && { min }),
  ...(max && { max }),
})

/**
 * What a planner may use of the filter for an index on the field; undefined when nothing is sure. Documents within the
 * bound must still be matched. On a multikey path each condition may be met by another element, so their bounds are not
 * intersected and one condition's bound is given, unless `isMultikey` is false.
 * A bound with null also finds missing fields, so that it does not fit a sparse index.
 */
export const boundsOf = (
  filter: Doc,
  field: string,
  { isMultikey = true }: { isMultikey?: boolean } = {},
): Bound | undefined => {
  const bounds = allBoundsOf(filter, field)
  const equality = bounds
    .filter(({ equals }) => equals !== undefined)
    .sort((a, b) => (a.equals?.length ?? 0) - (b.equals?.length ?? 0))[0]
  if (equality) return equality
  return isMultikey ? bounds[0] : intersectionOf(bounds)
}

const positiveOperators = new Set(['$eq', '$gt', '$gte', '$lt', '$lte', '$in', '$type', '$exists'])

const isSubsetRange = (operator: string, value: unknown, wantedOperator: string, wanted: unknown): boolean => {
  // Comparisons with null, MinKey and MaxKey also find missing fields.
  if (typeRanges[typeOrder(value)] === undefined) return false
  if (wantedOperator === '$exists') return isTruthy(wanted)
  if (operator.slice(0, 3) !== wantedOperator.slice(0, 3) || typeOrder(value) !== typeOrder(wanted)) return false
  if (isNumber(value) && isNumber(wanted) && [value, wanted].some((end) => Number.isNaN(numericOf(end)))) return false
  const difference = operator.startsWith('$gt') ? compare(value, wanted) : compare(wanted, value)
  return difference > 0 || (difference === 0 && (operator === wantedOperator || wantedOperator.endsWith('e')))
}

/** Whether one condition of a filter on a field makes sure of a condition with one operator on the same field. */
const implies = (spec: unknown, wantedOperator: string, wanted: unknown): boolean => {
  if (!positiveOperators.has(wantedOperator)) return false
  const { matches } = compileFilter({ value: { [wantedOperator]: wanted } })
  const isSure = (values: readonly unknown[]): boolean =>
    values.every((value) => !isRegex(value) && !Array.isArray(value) && matches({ value: value ?? null }))
  // Null also finds missing fields, and a number finds numbers of other types.
  const isOfSureType = (value: unknown): boolean =>
    wantedOperator === '$exists'
      ? value !== null && value !== undefined
      : wantedOperator !== '$type' || (value !== null && value !== undefined && !isNumber(value))
  const impliedByValues = (values: readonly unknown[]): boolean => isSure(values) && values.every(isOfSureType)
  if (!isOperatorDoc(spec)) return impliedByValues([spec])
  return Object.entries(spec).some(([operator, argument]) => {
    if (operator === wantedOperator && equal(argument, wanted)) return true
    if (operator === '$eq') return impliedByValues([argument])
    if (operator === '$in') return Array.isArray(argument) && argument.length > 0 && impliedByValues(argument)
    return (
      ['$gt', '$gte', '$lt', '$lte'].includes(operator) && isSubsetRange(operator, argument, wantedOperator, wanted)
    )
  })
}

/** Whether every document that matches the filter surely is in a partial index; false when unsure. */
export const impliesPartial = (filter: Doc, partialFilterExpression: Doc): boolean => {
  const conditions = conjunction(filter)
  return conjunction(partialFilterExpression).every(([field, wanted]) => {
    const specs = conditions.filter(([name]) => name === field).map(([, spec]) => spec)
    if (specs.some((spec) => equal(spec, wanted))) return true
    if (field.startsWith('$') || isRegex(wanted) || Array.isArray(wanted)) return false
    const operators: [string, unknown][] = isOperatorDoc(wanted) ? Object.entries(wanted) : [['$eq', wanted]]
    return operators.every(([operator, argument]) => specs.some((spec) => implies(spec, operator, argument)))
  })
}
