import { Decimal128, Double, Int32, Long } from 'bson'

/** A decimal number: digits × 10^exponent. */
export type Decimal = { readonly digits: bigint; readonly exponent: number }

/** A BSON number without its type, exact. Integers up to 2^53 and all doubles are plain numbers. */
export type Numeric = number | bigint | Decimal

export type BsonNumber = number | bigint | Int32 | Double | Long | Decimal128

export const isNumber = (value: unknown): value is BsonNumber =>
  typeof value === 'number' ||
  value instanceof Int32 ||
  value instanceof Double ||
  (value instanceof Long && value._bsontype === 'Long') ||
  value instanceof Decimal128 ||
  typeof value === 'bigint'

const narrow = (value: bigint): number | bigint =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value

const exponentBias = 6176
const largestCoefficient = 10n ** 34n - 1n

/** The digits and the exponent as they are written: 0.30 is not 0.3. Or NaN or an infinity. */
export const writtenDecimal = ({ bytes }: Decimal128): Decimal | number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16)
  const low = view.getBigUint64(0, true)
  const high = view.getBigUint64(8, true)
  const isNegative = high >> 63n === 1n
  const combination = Number((high >> 58n) & 0x1fn)
  if (combination === 0x1f) return Number.NaN
  if (combination === 0x1e) return isNegative ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  // The second form could only hold coefficients above the largest one, which IEEE 754 reads as zero.
  if (combination >= 0x18) return { digits: 0n, exponent: 0 }
  const coefficient = ((high & 0x1ffffffffffffn) << 64n) | low
  const exponent = Number((high >> 49n) & 0x3fffn) - exponentBias
  if (coefficient > largestCoefficient) return { digits: 0n, exponent }
  return { digits: isNegative ? -coefficient : coefficient, exponent }
}

const parseDecimal128 = (value: Decimal128): Numeric => {
  const written = writtenDecimal(value)
  if (typeof written === 'number') return written
  let { digits, exponent } = written
  if (digits === 0n) return 0
  while (digits % 10n === 0n) {
    digits /= 10n
    exponent += 1
  }
  if (exponent >= 0 && exponent <= 18) return narrow(digits * 10n ** BigInt(exponent))
  return { digits, exponent }
}

export const numericOf = (value: BsonNumber): Numeric => {
  if (typeof value === 'number') return value
  if (value instanceof Int32 || value instanceof Double) return value.value
  if (typeof value === 'bigint') return narrow(value)
  if (value instanceof Decimal128) return parseDecimal128(value)
  const approximate = value.high * 0x1_0000_0000 + (value.low >>> 0)
  return Number.isSafeInteger(approximate) ? approximate : value.toBigInt()
}

const scratch = new DataView(new ArrayBuffer(8))

/** Every finite double is a decimal number, if a long one: m × 2^-k = m × 5^k × 10^-k. */
export const exactDecimal = (value: number | bigint | Decimal): Decimal => {
  if (typeof value === 'object') return value
  if (typeof value === 'bigint') return { digits: value, exponent: 0 }
  if (Number.isInteger(value)) return { digits: BigInt(value), exponent: 0 }
  scratch.setFloat64(0, value)
  const bits = scratch.getBigUint64(0)
  const biased = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & 0xfffffffffffffn
  const mantissa = biased === 0 ? fraction : fraction | 0x10000000000000n
  const power = 1075 - Math.max(biased, 1)
  const digits = mantissa * 5n ** BigInt(power)
  return { digits: value < 0 ? -digits : digits, exponent: -power }
}

const magnitudeOf = (digits: bigint): bigint => (digits < 0n ? -digits : digits)

const compareDecimals = (a: Decimal, b: Decimal): number => {
  const signA = a.digits < 0n ? -1 : a.digits > 0n ? 1 : 0
  const signB = b.digits < 0n ? -1 : b.digits > 0n ? 1 : 0
  if (signA !== signB || signA === 0) return signA - signB
  // Numbers of different size are not aligned, for that may take thousands of digits.
  const sizeA = magnitudeOf(a.digits).toString().length + a.exponent
  const sizeB = magnitudeOf(b.digits).toString().length + b.exponent
  if (sizeA !== sizeB) return sizeA < sizeB ? -signA : signA
  const exponent = Math.min(a.exponent, b.exponent)
  const alignedA = a.digits * 10n ** BigInt(a.exponent - exponent)
  const alignedB = b.digits * 10n ** BigInt(b.exponent - exponent)
  return alignedA < alignedB ? -1 : alignedA > alignedB ? 1 : 0
}

/** The double next to the number. */
export const nearestDouble = (value: Numeric): number =>
  typeof value === 'object' ? Number(`${value.digits}e${value.exponent}`) : Number(value)

/** One order for numbers of all types. NaN comes first and equals itself; -0 equals 0. */
export const compareNumerics = (a: Numeric, b: Numeric): number => {
  if (typeof a !== 'object' && typeof b !== 'object') {
    // JavaScript compares bigint with number exactly.
    if (a < b) return -1
    if (a > b) return 1
    if (typeof a === 'number' && typeof b === 'number' && a !== b) {
      return Number.isNaN(a) ? (Number.isNaN(b) ? 0 : -1) : 1
    }
    if (Number.isNaN(a)) return -1
    if (Number.isNaN(b)) return 1
    return 0
  }
  if (Number.isNaN(a)) return -1
  if (Number.isNaN(b)) return 1
  const roundedA = nearestDouble(a)
  const roundedB = nearestDouble(b)
  if (roundedA !== roundedB) return roundedA < roundedB ? -1 : 1
  if (!Number.isFinite(roundedA)) {
    const aIsInfinite = typeof a === 'number'
    const bIsInfinite = typeof b === 'number'
    if (aIsInfinite !== bIsInfinite) return (aIsInfinite ? 1 : -1) * Math.sign(roundedA)
  }
  return compareDecimals(exactDecimal(a), exactDecimal(b))
}
