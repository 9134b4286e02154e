import type { Binary, BSONRegExp, BSONSymbol, Code, ObjectId, Timestamp } from 'bson'
import { binaryOf, order, regexOf, textOf, typeOrder } from './compare.ts'
import type { Doc } from './doc.ts'
import { type BsonNumber, compareNumerics, exactDecimal, type Numeric, nearestDouble, numericOf } from './numbers.ts'

/**
 * Keys whose bytes sort as their values compare. A value is a byte for its type and bytes that keep the order and
 * are never the beginning of another value's, so that keys can be joined; descending values have all bits flipped.
 * Numbers of all types share one form: the double next below in magnitude, and what is left over, if anything.
 */
class KeyWriter {
  bytes: Buffer = Buffer.allocUnsafe(256)
  length = 0

  reserve(size: number): void {
    if (this.length + size <= this.bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + size))
    this.bytes.copy(grown, 0, 0, this.length)
    this.bytes = grown
  }

  byte(value: number): void {
    this.reserve(1)
    this.bytes[this.length] = value
    this.length += 1
  }

  uint32(value: number): void {
    this.reserve(4)
    this.length = this.bytes.writeUInt32BE(value, this.length)
  }

  raw(value: Uint8Array): void {
    this.reserve(value.length)
    this.bytes.set(value, this.length)
    this.length += value.length
  }

  /** Zero bytes are escaped as 00 ff, and 00 01 ends the text. */
  text(value: string): void {
    this.reserve(value.length * 6 + 2)
    const start = this.length
    this.length += this.bytes.write(value, start, 'utf8')
    if (value.includes('\0')) {
      const plain = Buffer.from(this.bytes.subarray(start, this.length))
      this.length = start
      for (const byte of plain) {
        this.byte(byte)
        if (byte === 0) this.byte(0xff)
      }
    }
    this.byte(0)
    this.byte(1)
  }

  invertFrom(start: number): void {
    for (let index = start; index < this.length; index += 1) this.bytes[index] = ~(this.bytes[index] ?? 0) & 0xff
  }

  take(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.length))
  }
}

/** Bytes above zero, so that zero can end an array or a document. */
const typeByte = (place: number): number => place + 2

const sign = { nan: 1, negative: 2, zero: 3, positive: 4 } as const

const doubleView = new DataView(new ArrayBuffer(8))

const nextDoubleDown = (positive: number): number => {
  doubleView.setFloat64(0, positive)
  doubleView.setBigUint64(0, doubleView.getBigUint64(0) - 1n)
  return doubleView.getFloat64(0)
}

const negated = (value: Numeric): Numeric =>
  typeof value === 'object' ? { digits: -value.digits, exponent: value.exponent } : -value

const isNegative = (value: Numeric): boolean => (typeof value === 'object' ? value.digits < 0n : value < 0)

/** The largest double that is not above the positive number. */
const doubleBelow = (value: bigint | Exclude<Numeric, number | bigint>): number => {
  const nearest = Math.min(nearestDouble(value), Number.MAX_VALUE)
  return compareNumerics(nearest, value) > 0 ? nextDoubleDown(nearest) : nearest
}

const decimalSizeBias = 10_000

const writeMagnitude = (writer: KeyWriter, value: Numeric): void => {
  const double = typeof value === 'number' ? value : doubleBelow(value)
  writer.reserve(8)
  writer.length = writer.bytes.writeDoubleBE(double, writer.length)
  if (typeof value === 'number' || compareNumerics(double, value) === 0) {
    writer.byte(0)
    return
  }
  // Several numbers share this double: order them by their size and then by their decimal digits.
  const decimal = exactDecimal(value)
  const digits = decimal.digits.toString()
  const size = digits.length + decimal.exponent + decimalSizeBias
  writer.byte(1)
  writer.byte(size >> 8)
  writer.byte(size & 0xff)
  writer.text(digits.replace(/0+$/, ''))
}

const writeNumber = (writer: KeyWriter, value: Numeric): void => {
  if (value === 0) {
    writer.byte(sign.zero)
  } else if (Number.isNaN(value)) {
    writer.byte(sign.nan)
  } else if (isNegative(value)) {
    writer.byte(sign.negative)
    const start = writer.length
    writeMagnitude(writer, negated(value))
    writer.invertFrom(start)
  } else {
    writer.byte(sign.positive)
    writeMagnitude(writer, value)
  }
}

const writeDate = (writer: KeyWriter, date: Date): void => {
  // An invalid date cannot be stored; it would sort first.
  const time = Number.isNaN(date.getTime()) ? -(2 ** 62) : date.getTime()
  const high = Math.floor(time / 2 ** 32)
  writer.uint32(high + 2 ** 31)
  writer.uint32(time - high * 2 ** 32)
}

const writeDoc = (writer: KeyWriter, doc: Doc): void => {
  for (const [name, value] of Object.entries(doc)) {
    // Documents compare by the fields' types before their names.
    const place = typeOrder(value)
    writer.byte(typeByte(place))
    writer.text(name)
    writeBody(writer, place, value)
  }
  writer.byte(0)
}

const writeBinary = (writer: KeyWriter, value: Binary | Uint8Array): void => {
  const { bytes, subtype } = binaryOf(value)
  writer.uint32(bytes.length)
  writer.byte(subtype)
  writer.raw(bytes)
}

const writeTimestamp = (writer: KeyWriter, { t, i }: Timestamp): void => {
  writer.uint32(t)
  writer.uint32(i)
}

const writeRegex = (writer: KeyWriter, value: BSONRegExp | RegExp): void => {
  const { pattern, options } = regexOf(value)
  writer.text(pattern)
  writer.text(options)
}

const writeCode = (writer: KeyWriter, { code, scope }: Code): void => {
  writer.text(code)
  writeDoc(writer, scope ?? {})
}

// The casts below rest on typeOrder, which has just found the value to be of the type.
const writeBody = (writer: KeyWriter, place: number, value: unknown): void => {
  if (place === order.number) writeNumber(writer, numericOf(value as BsonNumber))
  else if (place === order.string) writer.text(textOf(value as string | BSONSymbol))
  else if (place === order.objectId) writer.raw((value as ObjectId).id)
  else if (place === order.date) writeDate(writer, value as Date)
  else if (place === order.bool) writer.byte(value ? 1 : 0)
  else if (place === order.object) writeDoc(writer, value as Doc)
  else if (place === order.array) writeArray(writer, value as unknown[])
  else if (place === order.binary) writeBinary(writer, value as Binary | Uint8Array)
  else if (place === order.timestamp) writeTimestamp(writer, value as Timestamp)
  else if (place === order.regex) writeRegex(writer, value as BSONRegExp | RegExp)
  else if (place === order.code || place === order.codeWithScope) writeCode(writer, value as Code)
}

const writeArray = (writer: KeyWriter, array: readonly unknown[]): void => {
  for (const element of array) writeValue(writer, element)
  writer.byte(0)
}

const writeValue = (writer: KeyWriter, value: unknown): void => {
  const place = typeOrder(value)
  writer.byte(typeByte(place))
  writeBody(writer, place, value)
}

/**
 * Encodes values so that comparing the bytes compares the values in BSON order, value by value, in the given
 * directions (ascending where none is given). Equal numbers of different types give equal bytes.
 */
export const encodeKey = (values: readonly unknown[], directions: readonly (1 | -1)[]): Buffer => {
  const writer = new KeyWriter()
  values.forEach((value, index) => {
    const start = writer.length
    writeValue(writer, value)
    if (directions[index] === -1) writer.invertFrom(start)
  })
  return writer.take()
}
