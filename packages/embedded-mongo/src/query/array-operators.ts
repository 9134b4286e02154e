import { Int32 } from 'bson'
import { CommandError } from '../errors.ts'
import { equal, typeName } from '../values/compare.ts'
import { MISSING } from '../values/doc.ts'
import { nearestDouble, numericOf } from '../values/numbers.ts'
import { gathered, isNullish, type Operators, onValues, requireNumber } from './operators.ts'

const elementAt = (array: unknown, index: number, operator: string): unknown => {
  if (isNullish(array)) return null
  if (!Array.isArray(array)) {
    throw new CommandError('Location28689', `${operator}'s first argument must be an array, but is ${typeName(array)}`)
  }
  const element: unknown = array.at(index)
  return element === undefined ? MISSING : element
}

export const arrayOperators = {
  $size: onValues(1, 1, ([value]) => {
    if (Array.isArray(value)) return new Int32(value.length)
    throw new CommandError(
      'Location17124',
      `The argument to $size must be an array, but was of type: ${typeName(value)}`,
    )
  }),
  $in: onValues(2, 2, ([value, list]) => {
    if (Array.isArray(list)) return list.some((element) => equal(element, value))
    throw new CommandError('Location40081', `$in requires an array as a second argument, found: ${typeName(list)}`)
  }),
  $isArray: onValues(1, 1, ([value]) => Array.isArray(value)),
  $arrayElemAt: onValues(2, 2, ([array, index], operator) =>
    isNullish(index) ? null : elementAt(array, nearestDouble(numericOf(requireNumber(index, operator))), operator),
  ),
  $first: onValues(1, 1, ([array], operator) => elementAt(array, 0, operator)),
  $last: onValues(1, 1, ([array], operator) => elementAt(array, -1, operator)),
  $concatArrays: onValues(0, Number.POSITIVE_INFINITY, (values) => {
    const arrays = gathered(values, (value): readonly unknown[] => {
      if (Array.isArray(value)) return value
      throw new CommandError('Location28664', `$concatArrays only supports arrays, not ${typeName(value)}`)
    })
    return arrays?.flat(1) ?? null
  }),
} satisfies Operators
