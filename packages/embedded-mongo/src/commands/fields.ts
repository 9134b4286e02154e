import { Binary, Timestamp } from 'bson'
import { CommandError } from '../errors.ts'
import { typeName } from '../values/compare.ts'
import { type Doc, isDoc } from '../values/doc.ts'
import { isNumber, nearestDouble, numericOf } from '../values/numbers.ts'

/** A command's fields, read with MongoDB's refusals. An absent field and one that is null are the same. */
const present = (body: Doc, name: string): unknown => {
  const value = Object.hasOwn(body, name) ? body[name] : undefined
  return value === null ? undefined : value
}

const wrongType = (name: string, value: unknown, expected: string): CommandError =>
  new CommandError(
    'TypeMismatch',
    `BSON field '${name}' is the wrong type '${typeName(value)}', expected type '${expected}'`,
  )

export const text = (body: Doc, name: string): string => {
  const value = present(body, name)
  if (typeof value === 'string') return value
  if (value === undefined) throw missing(name)
  throw wrongType(name, value, 'string')
}

export const optionalText = (body: Doc, name: string): string | undefined =>
  present(body, name) === undefined ? undefined : text(body, name)

export const document = (body: Doc, name: string): Doc | undefined => {
  const value = present(body, name)
  if (value === undefined || isDoc(value)) return value
  throw wrongType(name, value, 'object')
}

export const requiredDocument = (body: Doc, name: string): Doc => {
  const value = document(body, name)
  if (value === undefined) throw missing(name)
  return value
}

export const list = (body: Doc, name: string): readonly unknown[] | undefined => {
  const value = present(body, name)
  if (value === undefined || Array.isArray(value)) return value
  throw wrongType(name, value, 'array')
}

export const documents = (body: Doc, name: string): readonly Doc[] | undefined =>
  list(body, name)?.map((element, place) => {
    if (isDoc(element)) return element
    throw wrongType(`${name}.${place}`, element, 'object')
  })

export const flag = (body: Doc, name: string): boolean => {
  const value = present(body, name)
  if (value === undefined) return false
  if (typeof value === 'boolean') return value
  if (isNumber(value)) return nearestDouble(numericOf(value)) !== 0
  throw wrongType(name, value, 'bool')
}

/** A whole number that is not negative. */
export const count = (body: Doc, name: string): number | undefined => {
  const value = whole(body, name)
  if (value !== undefined && value < 0) {
    throw new CommandError('BadValue', `BSON field '${name}' value must be >= 0, actual value '${value}'`)
  }
  return value
}

/** As long as MongoDB, and a timer of Node, waits at most. */
const maxMs = 2 ** 31 - 1

export const milliseconds = (body: Doc, name: string): number | undefined => {
  const value = count(body, name)
  if (value === undefined || value <= maxMs) return value
  throw new CommandError('BadValue', `${value} value for ${name} is out of range [0, ${maxMs}]`)
}

export const whole = (body: Doc, name: string): number | undefined => {
  const value = present(body, name)
  if (value === undefined) return undefined
  if (!isNumber(value)) throw wrongType(name, value, 'long')
  const number = Math.trunc(nearestDouble(numericOf(value)))
  if (!Number.isFinite(number)) throw new CommandError('BadValue', `BSON field '${name}' must be a finite number`)
  return number
}

export const bigInteger = (body: Doc, name: string): bigint | undefined => {
  const value = present(body, name)
  if (value === undefined) return undefined
  if (!isNumber(value)) throw wrongType(name, value, 'long')
  const number = numericOf(value)
  if (typeof number === 'bigint') return number
  if (typeof number === 'number' && Number.isSafeInteger(number)) return BigInt(number)
  throw wrongType(name, value, 'long')
}

export const timestamp = (body: Doc, name: string): bigint | undefined => {
  const value = present(body, name)
  if (value === undefined) return undefined
  if (value instanceof Timestamp) return BigInt.asUintN(64, value.toBigInt())
  throw wrongType(name, value, 'timestamp')
}

/** The session's id, as text. */
export const sessionKey = (lsid: Doc): string => {
  const { id } = lsid
  if (id instanceof Binary && id.position === 16) return Buffer.from(id.buffer.subarray(0, 16)).toString('hex')
  throw new CommandError('InvalidUUID', 'A session id is a UUID of 16 bytes')
}

const missing = (name: string): CommandError =>
  new CommandError('IDLFailedToParse', `BSON field '${name}' is missing but a required field`)

/** A field that the engine knows and does not support; `isHarmless` says with which value it changes nothing. */
export const refuse = (body: Doc, name: string, isHarmless: (value: unknown) => boolean = () => false): void => {
  const value = present(body, name)
  if (value === undefined || isHarmless(value)) return
  throw new CommandError('NotImplemented', `The embedded engine does not support '${name}'`)
}

export const isFalse = (value: unknown): boolean => value === false
export const isEmptyDoc = (value: unknown): boolean => isDoc(value) && Object.keys(value).length === 0
/** The collation that compares as without one. */
export const isSimpleCollation = (value: unknown): boolean => isDoc(value) && value.locale === 'simple'
