import { BSONSymbol, MaxKey, MinKey } from 'bson'
import { CommandError } from '../errors.ts'
import { compare, equal, isRegex, regexOf, textOf, typeName, typeOrder } from '../values/compare.ts'
import { MISSING } from '../values/doc.ts'
import { compareNumerics, isNumber, nearestDouble, numericOf } from '../values/numbers.ts'
import { compileRegex } from './regex.ts'

/** Judges one value, MISSING included. */
export type Test = (value: unknown) => boolean

const isNullish: Test = (value) => value === null || value === MISSING || value === undefined

const isNaNValue = (value: unknown): boolean => isNumber(value) && Number.isNaN(numericOf(value))

export const matchesRegex = (pattern: string, options: string): Test => {
  const expression = compileRegex(pattern, options)
  return (value) => {
    if (typeof value === 'string' || value instanceof BSONSymbol) return expression.test(textOf(value))
    if (!isRegex(value)) return false
    const other = regexOf(value)
    return other.pattern === pattern && other.options === options
  }
}

export const equals = (expected: unknown): Test => {
  if (isNullish(expected)) return isNullish
  if (typeof expected === 'string') {
    return (value) => value === expected || (value instanceof BSONSymbol && value.value === expected)
  }
  if (typeof expected === 'boolean') return (value) => value === expected
  if (isNumber(expected)) {
    const numeric = numericOf(expected)
    return (value) => isNumber(value) && compareNumerics(numericOf(value), numeric) === 0
  }
  return (value) => value !== MISSING && equal(value, expected)
}

/** Equality, or a match when a regular expression stands in the place of a value. */
export const equalsOrMatches = (expected: unknown): Test => {
  if (!isRegex(expected)) return equals(expected)
  const { pattern, options } = regexOf(expected)
  return matchesRegex(pattern, options)
}

export type Comparison = '$gt' | '$gte' | '$lt' | '$lte'

const holds: Readonly<Record<Comparison, (difference: number) => boolean>> = {
  $gt: (difference) => difference > 0,
  $gte: (difference) => difference >= 0,
  $lt: (difference) => difference < 0,
  $lte: (difference) => difference <= 0,
}

/** Compares within one type; only MinKey and MaxKey compare with all types. */
export const compares = (operator: Comparison, bound: unknown, field: string): Test => {
  if (isRegex(bound)) {
    throw new CommandError('BadValue', `Can't have RegEx as arg to predicate over field '${field}'.`)
  }
  const includesEqual = operator === '$gte' || operator === '$lte'
  if (isNullish(bound)) return includesEqual ? isNullish : () => false
  const isMatch = holds[operator]
  if (bound instanceof MinKey || bound instanceof MaxKey) {
    const place = typeOrder(bound)
    return (value) =>
      isMatch(compare(value === MISSING ? undefined : value, bound)) && (includesEqual || typeOrder(value) !== place)
  }
  if (isNaNValue(bound)) return includesEqual ? isNaNValue : () => false
  if (isNumber(bound)) {
    const numeric = numericOf(bound)
    return (value) => {
      if (!isNumber(value)) return false
      const other = numericOf(value)
      return !Number.isNaN(other) && isMatch(compareNumerics(other, numeric))
    }
  }
  const place = typeOrder(bound)
  return (value) => value !== MISSING && typeOrder(value) === place && isMatch(compare(value, bound))
}

export const isIn = (list: readonly unknown[]): Test => {
  const texts = new Set<unknown>()
  const tests: Test[] = []
  for (const expected of list) {
    if (typeof expected === 'string') texts.add(expected)
    else tests.push(equalsOrMatches(expected))
  }
  return (value) => texts.has(value instanceof BSONSymbol ? value.value : value) || tests.some((test) => test(value))
}

const typeCodes: Readonly<Record<number, string>> = {
  [-1]: 'minKey',
  1: 'double',
  2: 'string',
  3: 'object',
  4: 'array',
  5: 'binData',
  6: 'undefined',
  7: 'objectId',
  8: 'bool',
  9: 'date',
  10: 'null',
  11: 'regex',
  12: 'dbPointer',
  13: 'javascript',
  14: 'symbol',
  15: 'javascriptWithScope',
  16: 'int',
  17: 'timestamp',
  18: 'long',
  19: 'decimal',
  127: 'maxKey',
}

const aliases = new Set(Object.values(typeCodes))
const numberTypes = ['double', 'int', 'long', 'decimal']

const namedTypes = (type: unknown): readonly string[] => {
  if (typeof type === 'string') {
    if (type === 'number') return numberTypes
    if (aliases.has(type)) return [type]
    throw new CommandError('BadValue', `Unknown type name alias: ${type}`)
  }
  if (!isNumber(type)) throw new CommandError('TypeMismatch', 'type must be represented as a number or a string')
  const name = typeCodes[Number(numericOf(type))]
  if (name === undefined) throw new CommandError('BadValue', `Invalid numerical type code: ${type}`)
  return [name]
}

export const hasType = (types: unknown): Test => {
  const list: readonly unknown[] = Array.isArray(types) ? types : [types]
  if (list.length === 0) throw new CommandError('FailedToParse', 'type must match at least one type')
  const names = new Set(list.flatMap(namedTypes))
  return (value) => names.has(typeName(value))
}

const integerOf = (value: unknown): bigint | undefined => {
  if (!isNumber(value)) return undefined
  const numeric = numericOf(value)
  if (typeof numeric === 'bigint') return numeric
  const approximate = nearestDouble(numeric)
  return Number.isFinite(approximate) && Math.abs(approximate) < 2 ** 63 ? BigInt(Math.trunc(approximate)) : undefined
}

export const hasRemainder = (argument: unknown): Test => {
  if (!Array.isArray(argument)) throw new CommandError('BadValue', 'malformed mod, needs to be an array')
  if (argument.length < 2) throw new CommandError('BadValue', 'malformed mod, not enough elements')
  if (argument.length > 2) throw new CommandError('BadValue', 'malformed mod, too many elements')
  const divisor = integerOf(argument[0])
  const remainder = integerOf(argument[1])
  if (divisor === undefined) throw new CommandError('BadValue', 'malformed mod, divisor not a number')
  if (remainder === undefined) throw new CommandError('BadValue', 'malformed mod, remainder not a number')
  if (divisor === 0n) throw new CommandError('BadValue', 'divisor cannot be 0')
  return (value) => {
    const integer = integerOf(value)
    return integer !== undefined && integer % divisor === remainder
  }
}

/** What counts as true where MongoDB wants a boolean. */
export const isTruthy = (value: unknown): boolean => {
  if (isNumber(value)) return numericOf(value) !== 0
  return value !== false && value !== null && value !== undefined && value !== MISSING
}

export const isOfSize = (argument: unknown): Test => {
  const shown = `$size: ${String(argument)}`
  const size = isNumber(argument) ? numericOf(argument) : undefined
  if (typeof size !== 'number' || !Number.isInteger(size)) {
    throw new CommandError('BadValue', `Failed to parse $size. Expected an integer in: ${shown}`)
  }
  if (size < 0) throw new CommandError('BadValue', `Failed to parse $size. Expected a non-negative number in: ${shown}`)
  return (value) => Array.isArray(value) && value.length === size
}
