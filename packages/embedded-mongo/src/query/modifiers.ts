import { Int32, Long, Timestamp } from 'bson'
import { CommandError } from '../errors.ts'
import { add, multiply, zeroLike } from '../values/arithmetic.ts'
import { compare, identical, typeName } from '../values/compare.ts'
import { type Doc, isDoc, MISSING } from '../values/doc.ts'
import { type BsonNumber, isNumber } from '../values/numbers.ts'
import { show, showDoc, showId } from '../values/show.ts'
import * as arrays from './array-modifiers.ts'

/** An update operator on one field. */
export type Modifier = {
  /** Whether missing documents on the way to the field are created. */
  readonly creates: boolean
  readonly parse: (argument: unknown, path: string, now: () => Date) => arrays.Apply
}

const setTo =
  (value: unknown): arrays.Apply =>
  (current) =>
    current !== MISSING && identical(current, value) ? current : value

const calculation = (
  operator: '$inc' | '$mul',
  verb: string,
  calculate: (a: BsonNumber, b: BsonNumber) => BsonNumber | undefined,
  initial: (argument: BsonNumber) => BsonNumber,
): Modifier => ({
  creates: true,
  parse: (argument, path) => {
    if (!isNumber(argument)) {
      throw new CommandError('TypeMismatch', `Cannot ${verb} with non-numeric argument: {${path}: ${show(argument)}}`)
    }
    return (current, doc) => {
      if (current === MISSING) return initial(argument)
      if (!isNumber(current)) {
        throw new CommandError(
          'TypeMismatch',
          `Cannot apply ${operator} to a value of non-numeric type. ${showId(doc)} has the field '${path.split('.').at(-1)}' of non-numeric type ${typeName(current)}`,
        )
      }
      const result = calculate(current, argument)
      if (result === undefined) {
        throw new CommandError(
          'BadValue',
          `Failed to apply ${operator} operations to current value (${show(current)}) for document ${showId(doc)}`,
        )
      }
      return identical(current, result) ? current : result
    }
  },
})

const extreme = (isBetter: (difference: number) => boolean): Modifier => ({
  creates: true,
  parse: (argument) => (current) => (current === MISSING || isBetter(compare(argument, current)) ? argument : current),
})

const currentDate: Modifier = {
  creates: true,
  parse: (argument, _path, now) => {
    if (typeof argument === 'boolean') return () => now()
    if (!isDoc(argument)) {
      throw new CommandError(
        'BadValue',
        `${typeName(argument)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`,
      )
    }
    const other = Object.keys(argument).find((name) => name !== '$type')
    if (other) throw new CommandError('BadValue', `Unrecognized $currentDate option: ${other}`)
    if (argument.$type === 'date') return () => now()
    if (argument.$type === 'timestamp') {
      return () => new Timestamp({ t: Math.floor(now().getTime() / 1000), i: 1 })
    }
    throw new CommandError(
      'BadValue',
      "The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}",
    )
  },
}

type BitOperation = (a: bigint, b: bigint) => bigint

const bitOperations: Readonly<Record<string, BitOperation>> = {
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
}

// A timestamp is a Long too, by its class.
const isLong = (value: unknown): value is Long => value instanceof Long && !(value instanceof Timestamp)

const bitsOf = (value: unknown): bigint | undefined => {
  if (value instanceof Int32) return BigInt(value.value)
  return isLong(value) ? value.toBigInt() : undefined
}

const parseBitOperation = (name: string, operand: unknown): ((bits: bigint) => bigint) => {
  const operation = Object.hasOwn(bitOperations, name) ? bitOperations[name] : undefined
  if (!operation) {
    throw new CommandError(
      'BadValue',
      `The $bit modifier only supports 'and', 'or', and 'xor', not '${name}' which is an unknown operator: {${name}: ${show(operand)}}`,
    )
  }
  const bits = bitsOf(operand)
  if (bits === undefined) {
    throw new CommandError(
      'BadValue',
      `The $bit modifier field must be an Integer(32/64 bit); a '${typeName(operand)}' is not supported here: {${name}: ${show(operand)}}`,
    )
  }
  return (current) => operation(current, bits)
}

const bit: Modifier = {
  creates: true,
  parse: (argument, path) => {
    if (!isDoc(argument)) {
      throw new CommandError(
        'BadValue',
        `The $bit modifier is not compatible with a ${typeName(argument)}. You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}`,
      )
    }
    const operations = Object.entries(argument).map(([name, operand]) => parseBitOperation(name, operand))
    if (operations.length === 0) {
      throw new CommandError(
        'BadValue',
        `You must pass in at least one bitwise operation. The format is: {$bit: {field: {and/or/xor: #}}`,
      )
    }
    const givesLong = Object.values(argument).some(isLong)
    return (current, doc) => {
      const bits = current === MISSING ? 0n : bitsOf(current)
      if (bits === undefined) {
        throw new CommandError(
          'BadValue',
          `Cannot apply $bit to a value of non-integral type.${showId(doc)} has the field ${path.split('.').at(-1)} of non-integer type ${typeName(current)}`,
        )
      }
      const result = operations.reduce((value, operation) => operation(value), bits)
      const value = givesLong || isLong(current) ? Long.fromBigInt(result) : new Int32(Number(result))
      return current !== MISSING && identical(current, value) ? current : value
    }
  },
}

/** All operators but `$rename`, which has two paths. */
export const modifiers: Readonly<Record<string, Modifier>> = {
  $set: { creates: true, parse: setTo },
  $setOnInsert: { creates: true, parse: setTo },
  $unset: { creates: false, parse: () => () => MISSING },
  $inc: calculation('$inc', 'increment', add, (argument) => argument),
  $mul: calculation('$mul', 'multiply', multiply, zeroLike),
  $min: extreme((difference) => difference < 0),
  $max: extreme((difference) => difference > 0),
  $currentDate: currentDate,
  $bit: bit,
  $push: { creates: true, parse: arrays.push },
  $addToSet: { creates: true, parse: arrays.addToSet },
  $pop: { creates: false, parse: arrays.pop },
  $pull: { creates: false, parse: arrays.pull },
  $pullAll: { creates: false, parse: arrays.pullAll },
}

/** @throws FailedToParse unless the operator is given a document of fields */
export const fieldsOf = (operator: string, fields: unknown): Doc => {
  if (isDoc(fields)) return fields
  throw new CommandError(
    'FailedToParse',
    `Modifiers operate on fields but we found type ${typeName(fields)} instead. For example: {$mod: {<field>: ...}} not ${showDoc({ [operator]: fields })}`,
  )
}
