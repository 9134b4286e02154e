import { Double, Int32, Long } from 'bson'
import { CommandError } from '../errors.ts'
import * as arithmetic from '../values/arithmetic.ts'
import { isDoc } from '../values/doc.ts'
import { type BsonNumber, nearestDouble, numericOf } from '../values/numbers.ts'
import { argumentsOf, gathered, isNullish, type Operators, onValues, type Parse, requireNumber } from './operators.ts'

type Calculate = (a: BsonNumber, b: BsonNumber) => BsonNumber | undefined

/** Of a product or a sum; a long that overflows goes on as a double. */
const totalOf = (numbers: readonly BsonNumber[], calculate: Calculate, operator: string): BsonNumber =>
  numbers.reduce((total, value) => calculate(total, value) ?? new Double(overflowed(operator, total, value)))

const add: Parse = onValues(0, Number.POSITIVE_INFINITY, (values, operator) => {
  const operands = gathered(values, (value) => (value instanceof Date ? value : requireNumber(value, operator)))
  if (!operands) return null
  const dates = operands.filter((value) => value instanceof Date)
  const [date] = dates
  if (dates.length > 1) throw new CommandError('Location16612', 'only one date allowed in an $add expression')
  const numbers = operands.filter((value): value is BsonNumber => !(value instanceof Date))
  const total = totalOf([new Int32(0), ...numbers], arithmetic.add, operator)
  return date ? later(date, nearestDouble(numericOf(total))) : total
})

const later = (date: Date, ms: number): Date => {
  const moved = new Date(date.getTime() + Math.round(ms))
  if (!Number.isNaN(moved.getTime())) return moved
  throw new CommandError('Overflow', 'date overflow')
}

const subtract: Parse = onValues(2, 2, ([from, value], operator) => {
  if (isNullish(from) || isNullish(value)) return null
  if (!(from instanceof Date)) {
    return totalOf([requireNumber(from, operator), requireNumber(value, operator)], arithmetic.subtract, operator)
  }
  if (value instanceof Date) return Long.fromNumber(from.getTime() - value.getTime())
  return later(from, -nearestDouble(numericOf(requireNumber(value, operator))))
})

const multiply: Parse = onValues(0, Number.POSITIVE_INFINITY, (values, operator) => {
  const numbers = gathered(values, (value) => requireNumber(value, operator))
  return numbers && totalOf([new Int32(1), ...numbers], arithmetic.multiply, operator)
})

const overflowed = (operator: string, a: BsonNumber, b: BsonNumber): number => {
  const [left, right] = [nearestDouble(numericOf(a)), nearestDouble(numericOf(b))]
  if (operator === '$multiply') return left * right
  return operator === '$add' ? left + right : left - right
}

export const arithmeticOperators = {
  $add: add,
  $multiply: multiply,
  $subtract: subtract,
  $rand: (argument, named) => {
    argumentsOf(named, isDoc(argument) ? [] : argument, 0)
    return () => new Double(Math.random())
  },
} satisfies Operators
