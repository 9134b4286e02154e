import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson'
import { type Doc, MISSING } from './doc.ts'
import { type BsonNumber, compareNumerics, numericOf } from './numbers.ts'

/** Types which compare with each other share an order (MongoDB's "comparison/sort order"). */
export const order = {
  minKey: -1,
  undefined: 0,
  null: 5,
  number: 10,
  string: 15,
  object: 20,
  array: 25,
  binary: 30,
  objectId: 35,
  bool: 40,
  date: 45,
  timestamp: 47,
  regex: 50,
  code: 60,
  codeWithScope: 65,
  maxKey: 127,
} as const

const codeOrder = (code: Code): number => (code.scope ? order.codeWithScope : order.code)

const objectTypeOrder = (value: object): number => {
  if (Array.isArray(value)) return order.array
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return order.object
  if (value instanceof Int32 || value instanceof Double || value instanceof Decimal128) return order.number
  if (value instanceof ObjectId) return order.objectId
  if (value instanceof Date) return order.date
  // Timestamp extends Long.
  if (value instanceof Timestamp) return order.timestamp
  if (value instanceof Long) return order.number
  if (value instanceof Binary || value instanceof Uint8Array) return order.binary
  if (value instanceof BSONRegExp || value instanceof RegExp) return order.regex
  if (value instanceof MinKey) return order.minKey
  if (value instanceof MaxKey) return order.maxKey
  if (value instanceof BSONSymbol) return order.string
  if (value instanceof Code) return codeOrder(value)
  return order.object
}

/** The value's place among the types; a missing field counts as undefined. */
export const typeOrder = (value: unknown): number => {
  switch (typeof value) {
    case 'string':
      return order.string
    case 'number':
    case 'bigint':
      return order.number
    case 'boolean':
      return order.bool
    case 'object':
      return value === null ? order.null : objectTypeOrder(value)
    default:
      return order.undefined
  }
}

const numberTypeName = (value: BsonNumber): string => {
  if (value instanceof Int32) return 'int'
  if (value instanceof Double) return 'double'
  if (value instanceof Long || typeof value === 'bigint') return 'long'
  if (value instanceof Decimal128) return 'decimal'
  return Number.isInteger(value) && Math.abs(value) < 0x80000000 && !Object.is(value, -0) ? 'int' : 'double'
}

const typeNames: Readonly<Record<number, string>> = {
  [order.minKey]: 'minKey',
  [order.null]: 'null',
  [order.object]: 'object',
  [order.array]: 'array',
  [order.binary]: 'binData',
  [order.objectId]: 'objectId',
  [order.bool]: 'bool',
  [order.date]: 'date',
  [order.timestamp]: 'timestamp',
  [order.regex]: 'regex',
  [order.code]: 'javascript',
  [order.codeWithScope]: 'javascriptWithScope',
  [order.maxKey]: 'maxKey',
}

/** The type's alias, as `$type` and error messages know it. */
export const typeName = (value: unknown): string => {
  if (value === MISSING) return 'missing'
  const place = typeOrder(value)
  if (place === order.number) return numberTypeName(value as BsonNumber)
  if (place === order.string) return value instanceof BSONSymbol ? 'symbol' : 'string'
  return typeNames[place] ?? 'undefined'
}

// UTF-16 order differs from the order of the UTF-8 bytes only in that surrogates come before U+E000 to U+FFFF.
const codePointRank = (unit: number): number => (unit < 0xd800 ? unit : unit >= 0xe000 ? unit - 0x800 : unit + 0x2000)

/** Orders strings by their UTF-8 bytes. */
export const compareStrings = (a: string, b: string): number => {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index += 1) {
    const unitA = a.charCodeAt(index)
    const unitB = b.charCodeAt(index)
    if (unitA !== unitB) return codePointRank(unitA) - codePointRank(unitB)
  }
  return a.length - b.length
}

const compareDocs = (a: Doc, b: Doc): number => {
  const namesA = Object.keys(a)
  const namesB = Object.keys(b)
  const length = Math.min(namesA.length, namesB.length)
  for (let index = 0; index < length; index += 1) {
    const nameA = namesA[index] ?? ''
    const nameB = namesB[index] ?? ''
    const valueA = a[nameA]
    const valueB = b[nameB]
    const difference = typeOrder(valueA) - typeOrder(valueB) || compareStrings(nameA, nameB) || compare(valueA, valueB)
    if (difference !== 0) return difference
  }
  return namesA.length - namesB.length
}

const compareArrays = (a: readonly unknown[], b: readonly unknown[]): number => {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index += 1) {
    const difference = compare(a[index], b[index])
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Bytes and subtype of binary data, however it was decoded. */
export const binaryOf = (value: Binary | Uint8Array): { bytes: Uint8Array; subtype: number } =>
  value instanceof Binary
    ? { bytes: value.buffer.subarray(0, value.position), subtype: value.sub_type }
    : { bytes: value, subtype: 0 }

export const isRegex = (value: unknown): value is BSONRegExp | RegExp =>
  value instanceof BSONRegExp || value instanceof RegExp

/** Pattern and options of a regular expression, however it was decoded. */
export const regexOf = (value: BSONRegExp | RegExp): { pattern: string; options: string } =>
  value instanceof BSONRegExp
    ? { pattern: value.pattern, options: value.options }
    : { pattern: value.source, options: value.flags.replace(/[^ims]/g, '') }

const compareBinaries = (a: Binary | Uint8Array, b: Binary | Uint8Array): number => {
  const binaryA = binaryOf(a)
  const binaryB = binaryOf(b)
  return (
    binaryA.bytes.length - binaryB.bytes.length ||
    binaryA.subtype - binaryB.subtype ||
    Buffer.compare(binaryA.bytes, binaryB.bytes)
  )
}

const compareRegexes = (a: BSONRegExp | RegExp, b: BSONRegExp | RegExp): number => {
  const regexA = regexOf(a)
  const regexB = regexOf(b)
  return compareStrings(regexA.pattern, regexB.pattern) || compareStrings(regexA.options, regexB.options)
}

const compareNumbers = (a: BsonNumber, b: BsonNumber): number => compareNumerics(numericOf(a), numericOf(b))

const compareDates = (a: Date, b: Date): number => compareNumerics(a.getTime(), b.getTime())

const compareCodes = (a: Code, b: Code): number =>
  compareStrings(a.code, b.code) || compareDocs(a.scope ?? {}, b.scope ?? {})

/** The text of a string or of a symbol, which compares like one. */
export const textOf = (value: string | BSONSymbol): string => (typeof value === 'string' ? value : value.value)

// The casts below rest on typeOrder, which has just found both values to be of the type.
const compareSameType = (place: number, a: unknown, b: unknown): number => {
  switch (place) {
    case order.number:
      return compareNumbers(a as BsonNumber, b as BsonNumber)
    case order.string:
      return compareStrings(textOf(a as string | BSONSymbol), textOf(b as string | BSONSymbol))
    case order.object:
      return compareDocs(a as Doc, b as Doc)
    case order.array:
      return compareArrays(a as unknown[], b as unknown[])
    case order.binary:
      return compareBinaries(a as Binary | Uint8Array, b as Binary | Uint8Array)
    case order.objectId:
      return Buffer.compare((a as ObjectId).id, (b as ObjectId).id)
    case order.bool:
      return Number(a) - Number(b)
    case order.date:
      return compareDates(a as Date, b as Date)
    case order.timestamp:
      return (a as Timestamp).t - (b as Timestamp).t || (a as Timestamp).i - (b as Timestamp).i
    case order.regex:
      return compareRegexes(a as BSONRegExp | RegExp, b as BSONRegExp | RegExp)
    case order.code:
    case order.codeWithScope:
      return compareCodes(a as Code, b as Code)
    default:
      return 0
  }
}

/** Compares any two values in BSON order: negative, zero or positive. */
export const compare = (a: unknown, b: unknown): number => {
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b)
  const placeA = typeOrder(a)
  const placeB = typeOrder(b)
  return placeA === placeB ? compareSameType(placeA, a, b) : placeA - placeB
}

/** Equality in a filter's sense: 1 equals 1.0, field order counts. */
export const equal = (a: unknown, b: unknown): boolean => a === b || compare(a, b) === 0

const bytesOfDecimal = (value: unknown): Uint8Array | undefined =>
  value instanceof Decimal128 ? value.bytes : undefined

/** Equality down to the types of numbers: an update that leaves identical values changes nothing. */
export const identical = (a: unknown, b: unknown): boolean => {
  const name = typeName(a)
  if (name !== typeName(b)) return false
  if (name === 'double') return Object.is(numericOf(a as BsonNumber), numericOf(b as BsonNumber))
  const decimalA = bytesOfDecimal(a)
  const decimalB = bytesOfDecimal(b)
  if (decimalA && decimalB) return Buffer.compare(decimalA, decimalB) === 0
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((element, index) => identical(element, b[index]))
  }
  if (name !== 'object') return compare(a, b) === 0
  const fieldsA = Object.entries(a as Doc)
  const fieldsB = Object.entries(b as Doc)
  return (
    fieldsA.length === fieldsB.length &&
    fieldsA.every(([field, value], index) => {
      const other = fieldsB[index]
      return other !== undefined && field === other[0] && identical(value, other[1])
    })
  )
}
