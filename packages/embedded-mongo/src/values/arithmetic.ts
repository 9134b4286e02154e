import { Decimal128, Double, Int32, Long } from 'bson'
import { type BsonNumber, type Decimal, exactDecimal, type Numeric, nearestDouble, numericOf } from './numbers.ts'

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

/** Decimal128 holds 34 digits; a double counts with its 15, as MongoDB converts it. */
const toDecimal = (value: Numeric): Decimal => {
  if (typeof value !== 'number' || Number.isInteger(value)) return exactDecimal(value)
  const [digits = '0', exponent = '0'] = value.toExponential(14).split('e')
  return { digits: BigInt(digits.replace('.', '')), exponent: Number(exponent) - 14 }
}

const decimal128Of = (value: Decimal): Decimal128 =>
  Decimal128.fromStringWithRounding(`${value.digits}E${value.exponent}`)

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
    return decimal128Of(operation.decimals(toDecimal(numericA), toDecimal(numericB)))
  }
  const result = operation.integers(BigInt(toInteger(numericA)), BigInt(toInteger(numericB)))
  if (width === widths.int && result === BigInt.asIntN(32, result)) return new Int32(Number(result))
  return result < smallestLong || result > largestLong ? undefined : Long.fromBigInt(result)
}

const toInteger = (value: Numeric): number | bigint => (typeof value === 'object' ? 0 : value)

const addition: Operation = { integers: (a, b) => a + b, doubles: (a, b) => a + b, decimals: addDecimals }
const subtraction: Operation = {
  integers: (a, b) => a - b,
  doubles: (a, b) => a - b,
  decimals: (a, b) => addDecimals(a, { digits: -b.digits, exponent: b.exponent }),
}
const multiplication: Operation = { integers: (a, b) => a * b, doubles: (a, b) => a * b, decimals: multiplyDecimals }

/** The sum, or undefined when a long overflows. */
export const add = (a: BsonNumber, b: BsonNumber): BsonNumber | undefined => calculate(a, b, addition)

/** The product, or undefined when a long overflows. */
export const multiply = (a: BsonNumber, b: BsonNumber): BsonNumber | undefined => calculate(a, b, multiplication)

/** The difference, or undefined when a long overflows. */
export const subtract = (a: BsonNumber, b: BsonNumber): BsonNumber | undefined => calculate(a, b, subtraction)

/** Zero in the number's own type, which `$mul` gives to a missing field. */
export const zeroLike = (value: BsonNumber): BsonNumber => {
  const zeros = [new Int32(0), Long.ZERO, new Double(0), Decimal128.fromString('0')]
  return zeros[widthOf(value)] ?? new Int32(0)
}
