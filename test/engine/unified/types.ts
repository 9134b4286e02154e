import { Double, Int32, Long } from 'mongodb'

/** The names of BSON's types, as `$type` has them. */
export const is = (name: string, value: unknown): boolean => {
  const number = numeric(value)
  if (name === 'number') return number !== undefined || nameOf(value) === 'decimal'
  if (number === undefined) return nameOf(value) === name
  if (value instanceof Int32) return name === 'int'
  if (value instanceof Double) return name === 'double'
  if (value instanceof Long) return name === 'long'
  // The driver turns all numbers of the server into those of JavaScript: an integer may have been any of the three.
  return name === 'double' || (typeof number === 'bigint' && (name === 'long' || (name === 'int' && isInt32(number))))
}

const isInt32 = (number: bigint): boolean => BigInt.asIntN(32, number) === number

/** A number of any type but Decimal128: a bigint if it is whole, so that numbers are equal by value. */
export const numeric = (value: unknown): number | bigint | undefined => {
  if (typeof value === 'bigint') return value
  if (value instanceof Long) return value.toBigInt()
  const number = value instanceof Int32 || value instanceof Double ? value.value : value
  if (typeof number !== 'number') return undefined
  return Number.isInteger(number) ? BigInt(number) : number
}

const bsonTypes: Readonly<Record<string, string>> = {
  ObjectId: 'objectId',
  Binary: 'binData',
  Timestamp: 'timestamp',
  Decimal128: 'decimal',
  BSONRegExp: 'regex',
  BSONSymbol: 'symbol',
  Code: 'javascript',
  DBRef: 'dbPointer',
  MinKey: 'minKey',
  MaxKey: 'maxKey',
}

export const nameOf = (value: unknown): string => {
  if (value === null) return 'null'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  if (Array.isArray(value)) return 'array'
  if (value instanceof Date) return 'date'
  if (value instanceof RegExp) return 'regex'
  if (value instanceof Uint8Array) return 'binData'
  if (typeof value !== 'object') return typeof value
  const type = '_bsontype' in value ? String(value._bsontype) : undefined
  return type === undefined ? 'object' : (bsonTypes[type] ?? type)
}
