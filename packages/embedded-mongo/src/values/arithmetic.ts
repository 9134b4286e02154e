import { Decimal128, Double, Int32, Long } from 'bson'
import {
  type BsonNumber,
  type Decimal,
  exactDecimal,
  type Numeric,
  nearestDouble,
  numericOf,
  writtenDecimal,
} from './numbers.ts'

// MongoDB's arithmetic in updates: the result takes the wider type of both (int, long, double, decimal), an int that
// overflows becomes a long, and a long that overflows is an error.

const widths = { int: 0, long: 1, double: 2, decimal: 3 } as const
type Width = (typeof widths)[keyof typeof widths]

const widthOf = (value: BsonNumber): Width => {
  if (value instanceof Int32) return widths.int
  if (value instanceof Double) return widths.double
  if (value instanceof Decimal128) return widths.decimal
  if (value instanceof Long || typeof value === 'bigint') return widths.long
  return Number.isInteger(value) && value === (value | 0) && !Object.is(value, -0) ? widths.int : widths.double
}

/** Decimal128 holds 34 digits; a double becomes one with exactly 15, as MongoDB converts it. */
const toDecimal = (number: BsonNumber): Decimal => {
  const value = number instanceof Decimal128 ? writtenDecimal(number) : numericOf(number)
  if (typeof value !== 'number' || value === 0 || widthOf(number) !== widths.double) return exactDecimal(value)
  const [digits = '0', exponent = '0'] = value.toExponential(14).split('e')
  return { digits: BigInt(digits.replace('.', '')), exponent: Number(exponent) - 14 }
}

const decimal128Of = ({ digits, exponent }: Decimal, isNegativeZero: boolean): Decimal128 =>
  Decimal128.fromStringWithRounding(`${digits === 0n && isNegativeZero ? '-0' : digits}E${exponent}`)

/** The sign counts for zeros too. */
const hasMinus = (value: BsonNumber): boolean => {
  if (value instanceof Decimal128) return (value.bytes[15] ?? 0) >= 0x80
  const double = nearestDouble(numericOf(value))
  return double < 0 || Object.is(double, -0)
}

const addDecimals = (a: Decimal, b: Decimal): Decimal => {
  const exponent = Math.min(a.exponent, b.exponent)
  return {
    digits: a.digits * 10n ** BigInt(a.exponent - exponent) + b.digits * 10n ** BigInt(b.exponent - exponent),
    exponent,
  }
}

const multiplyDecimals = (a: Decimal, b: Decimal): Decimal => ({
  digits: a.digits * b.digits,
  exponent: a.exponent + b.exponent,
})

type Operation = {
  readonly integers: (a: bigint, b: bigint) => bigint
  readonly doubles: (a: number, b: number) => number
  readonly decimals: (a: Decimal, b: Decimal) => Decimal
  /** Whether a zero that comes out has a minus, from whether its operands have one. */
  readonly isMinusZero: (a: boolean, b: boolean) => boolean
}

const smallestLong = -(2n ** 63n)
const largestLong = 2n ** 63n - 1n

const calculate = (a: BsonNumber, b: BsonNumber, operation: Operation): BsonNumber | undefined => {
  const width = Math.max(widthOf(a), widthOf(b))
  const numericA = numericOf(a)
  const numericB = numericOf(b)
  if (width === widths.double) return new Double(operation.doubles(nearestDouble(numericA), nearestDouble(numericB)))
  if (width === widths.decimal) {
    const approximate = operation.doubles(nearestDouble(numericA), nearestDouble(numericB))
    if (![numericA, numericB].every((value) => typeof value !== 'number' || Number.isFinite(value))) {
      return Decimal128.fromString(String(approximate))
    }
    return decimal128Of(operation.decimals(toDecimal(a), toDecimal(b)), operation.isMinusZero(hasMinus(a), hasMinus(b)))
  }
  const result = operation.integers(BigInt(toInteger(numericA)), BigInt(toInteger(numericB)))
  if (width === widths.int && result === BigInt.asIntN(32, result)) return new Int32(Number(result))
  return result < smallestLong || result > largestLong ? undefined : Long.fromBigInt(result)
}

const toInteger = (value: Numeric): number | bigint => (typeof value === 'object' ? 0 : value)

const addition: Operation = {
  integers: (a, b) => a + b,
  doubles: (a, b) => a + b,
  decimals: addDecimals,
  isMinusZero: (a, b) => a && b,
}
const subtraction: Operation = {
  integers: (a, b) => a - b,
  doubles: (a, b) => a - b,
  decimals: (a, b) => addDecimals(a, { digits: -b.digits, exponent: b.exponent }),
  isMinusZero: (a, b) => a && !b,
}
const multiplication: Operation = {
  integers: (a, b) => a * b,
  doubles: (a, b) => a * b,
  decimals: multiplyDecimals,
  isMinusZero: (a, b) => a !== b,
}

/** The sum, or undefined when a long overflows. */
export const add = (a: BsonNumber, b: BsonNumber): BsonNumber | undefined => calculate(a, b, addition)

/** The product, or undefined when a long overflows. */
export const multiply = (a: BsonNumber, b: BsonNumber): BsonNumber | undefined => calculate(a, b, multiplication)

/** The difference, or undefined when a long overflows. */
export const subtract = (a: BsonNumber, b: BsonNumber): BsonNumber | undefined => calculate(a, b, subtraction)

const largestDecimalDigits = 34

/** A decimal by a count: as short as it is exact, otherwise rounded to 34 digits. */
export const divideDecimal = (total: Decimal128, count: number): Decimal128 => {
  const written = writtenDecimal(total)
  if (typeof written === 'number') return total
  const divisor = BigInt(count)
  const isMinus = written.digits < 0n
  const digits = isMinus ? -written.digits : written.digits
  for (let places = 0; places <= largestDecimalDigits; places += 1) {
    const scaled = digits * 10n ** BigInt(places)
    if (scaled % divisor !== 0n) continue
    const quotient = scaled / divisor
    if (quotient.toString().length > largestDecimalDigits) break
    return decimal128Of(
      { digits: isMinus ? -quotient : quotient, exponent: written.exponent - places },
      hasMinus(total),
    )
  }
  const places = largestDecimalDigits + divisor.toString().length
  const quotient = (digits * 10n ** BigInt(places)) / divisor
  // A one in the end says that something is left over, so that half is not taken for exactly half.
  const sticky = quotient * 10n + 1n
  return decimal128Of({ digits: isMinus ? -sticky : sticky, exponent: written.exponent - places - 1 }, false)
}

/** Nothing times the number, in its type: zero, but NaN of what is not finite. `$mul` gives it to a missing field. */
export const zeroLike = (value: BsonNumber): BsonNumber => multiply(value, new Int32(0)) ?? new Int32(0)
