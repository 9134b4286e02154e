import { Double, Int32, Long } from 'bson'
import { CommandError } from '../errors.ts'
import * as arithmetic from '../values/arithmetic.ts'
import { compare, equal, typeName } from '../values/compare.ts'
import { type Doc, fieldOf, isDoc, MISSING, withField, withoutField } from '../values/doc.ts'
import { type BsonNumber, isNumber, nearestDouble, numericOf } from '../values/numbers.ts'
import { isTruthy } from './predicates.ts'

/** A compiled aggregation expression; MISSING where it yields nothing. */
export type Expression = (doc: Doc) => unknown

// MongoDB works out what is constant before there are documents, so that a mistake in it is one without any.
const constants = new WeakSet<Expression>()

const constant = (value: unknown): Expression => {
  const expression = (): unknown => value
  constants.add(expression)
  return expression
}

const folded = (operands: readonly Expression[], expression: Expression): Expression =>
  operands.every((operand) => constants.has(operand)) ? constant(expression({})) : expression

const isNullish = (value: unknown): boolean => value === null || value === undefined || value === MISSING

/** Reads a path as expressions do: an array on the way gives the array of what its documents hold. */
export const readPath = (value: unknown, path: readonly string[], depth: number): unknown => {
  const name = path[depth]
  if (name === undefined) return value
  if (Array.isArray(value)) {
    return value.map((element) => readPath(element, path, depth)).filter((element) => element !== MISSING)
  }
  return isDoc(value) ? readPath(fieldOf(value, name), path, depth + 1) : MISSING
}

const parseText = (text: string): Expression => {
  if (!text.startsWith('$')) return constant(text)
  if (!text.startsWith('$$')) {
    const path = text.slice(1).split('.')
    if (path.includes('')) throw new CommandError('Location15998', 'FieldPath field names may not be empty strings.')
    return (doc) => readPath(doc, path, 0)
  }
  const [variable, ...path] = text.slice(2).split('.')
  if (variable === 'ROOT' || variable === 'CURRENT') return (doc) => readPath(doc, path, 0)
  if (variable === 'REMOVE') return constant(MISSING)
  throw new CommandError('Location17276', `Use of undefined variable: ${variable}`)
}

const parseObject = (fields: Doc): Expression => {
  const parts = Object.entries(fields).map(([name, value]) => [name, compileExpression(value)] as const)
  return (doc) =>
    Object.fromEntries(
      parts.map(([name, evaluate]) => [name, evaluate(doc)] as const).filter(([, value]) => value !== MISSING),
    )
}

const argumentsOf = (operator: string, argument: unknown, least: number, most = least): Expression[] => {
  const list: readonly unknown[] = Array.isArray(argument) ? argument : [argument]
  if (list.length < least || list.length > most) {
    const wanted = least === most ? `exactly ${least}` : `at least ${least}`
    throw new CommandError(
      'Location16020',
      `Expression ${operator} takes ${wanted} arguments. ${list.length} were passed in.`,
    )
  }
  return list.map(compileExpression)
}

type Parse = (argument: unknown, operator: string) => Expression

const comparison =
  (holds: (difference: number) => unknown): Parse =>
  (argument, operator) => {
    const [left = () => MISSING, right = () => MISSING] = argumentsOf(operator, argument, 2)
    return folded([left, right], (doc) => holds(compare(left(doc), right(doc))))
  }

/** An operator on the values of its arguments. */
const onValues =
  (least: number, most: number, calculate: (values: readonly unknown[], operator: string) => unknown): Parse =>
  (argument, operator) => {
    const list = argumentsOf(operator, argument, least, most)
    return folded(list, (doc) =>
      calculate(
        list.map((evaluate) => evaluate(doc)),
        operator,
      ),
    )
  }

type Calculate = (a: BsonNumber, b: BsonNumber) => BsonNumber | undefined

const requireNumber = (value: unknown, operator: string): BsonNumber => {
  if (isNumber(value)) return value
  throw new CommandError('TypeMismatch', `${operator} only supports numeric types, not ${typeName(value)}`)
}

/** Goes through the operands in their order: what is not there ends it with null, and what is wrong with an error. */
const gathered = <Value>(values: readonly unknown[], check: (value: unknown) => Value): Value[] | null => {
  const checked: Value[] = []
  for (const value of values) {
    if (isNullish(value)) return null
    checked.push(check(value))
  }
  return checked
}

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

const parseCond: Parse = (argument, operator) => {
  const branches = isDoc(argument) ? [argument.if, argument.then, argument.else] : argument
  if (isDoc(argument)) {
    const unknownName = Object.keys(argument).find((name) => !['if', 'then', 'else'].includes(name))
    if (unknownName) throw new CommandError('Location17083', `Unrecognized parameter to $cond: ${unknownName}`)
  }
  const [test = () => MISSING, then = () => MISSING, otherwise = () => MISSING] = argumentsOf(operator, branches, 3)
  return (doc) => (isTruthy(test(doc)) ? then(doc) : otherwise(doc))
}

const elementAt = (array: unknown, index: number, operator: string): unknown => {
  if (isNullish(array)) return null
  if (!Array.isArray(array)) {
    throw new CommandError('Location28689', `${operator}'s first argument must be an array, but is ${typeName(array)}`)
  }
  const element: unknown = array.at(index)
  return element === undefined ? MISSING : element
}

/** A field's name with its dots and dollars, which no path can hold. */
const constantName = (spec: unknown, operator: string): string => {
  const expression = compileExpression(spec)
  if (!constants.has(expression)) {
    throw new CommandError(4161106, `${operator} requires 'field' to evaluate to a constant`)
  }
  const name = expression({})
  if (typeof name === 'string') return name
  throw new CommandError(4161107, `${operator} requires 'field' to evaluate to type String, but got ${typeName(name)}`)
}

const fieldArguments = (argument: unknown, operator: string, hasValue: boolean): Doc => {
  const wanted = ['field', 'input', ...(hasValue ? ['value'] : [])]
  if (!isDoc(argument)) {
    throw new CommandError(4161100, `${operator} only supports an object as its argument`)
  }
  const isComplete = wanted.every((name) => name in argument) && Object.keys(argument).length === wanted.length
  if (!isComplete) throw new CommandError(4161101, `${operator} requires exactly ${wanted.join(', ')}`)
  return argument
}

const parseSetField = ({ field, input, value }: Doc, operator: string): Expression => {
  const name = constantName(field, operator)
  const [holder, content] = [compileExpression(input), compileExpression(value)]
  return (doc) => {
    const target = holder(doc)
    if (isNullish(target)) return null
    if (!isDoc(target)) {
      throw new CommandError(4161105, `${operator} requires 'input' to evaluate to type Object`)
    }
    const set = content(doc)
    return set === MISSING ? withoutField(target, name) : withField(target, name, set)
  }
}

const operators: Readonly<Record<string, Parse>> = {
  $literal: constant,
  $eq: comparison((difference) => difference === 0),
  $ne: comparison((difference) => difference !== 0),
  $gt: comparison((difference) => difference > 0),
  $gte: comparison((difference) => difference >= 0),
  $lt: comparison((difference) => difference < 0),
  $lte: comparison((difference) => difference <= 0),
  $cmp: comparison((difference) => new Int32(Math.sign(difference))),
  $and: onValues(0, Number.POSITIVE_INFINITY, (values) => values.every(isTruthy)),
  $or: onValues(0, Number.POSITIVE_INFINITY, (values) => values.some(isTruthy)),
  $not: onValues(1, 1, ([value]) => !isTruthy(value)),
  $cond: parseCond,
  $ifNull: onValues(
    2,
    Number.POSITIVE_INFINITY,
    (values) => values.find((value) => !isNullish(value)) ?? values.at(-1),
  ),
  $add: add,
  $multiply: multiply,
  $subtract: subtract,
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
  $type: onValues(1, 1, ([value]) => typeName(value)),
  $arrayElemAt: onValues(2, 2, ([array, index], operator) =>
    isNullish(index) ? null : elementAt(array, nearestDouble(numericOf(requireNumber(index, operator))), operator),
  ),
  $first: onValues(1, 1, ([array], operator) => elementAt(array, 0, operator)),
  $last: onValues(1, 1, ([array], operator) => elementAt(array, -1, operator)),
  $concat: onValues(0, Number.POSITIVE_INFINITY, (values) => {
    const texts = gathered(values, (value) => {
      if (typeof value === 'string') return value
      throw new CommandError('Location16702', `$concat only supports strings, not ${typeName(value)}`)
    })
    return texts?.join('') ?? null
  }),
  $concatArrays: onValues(0, Number.POSITIVE_INFINITY, (values) => {
    const arrays = gathered(values, (value): readonly unknown[] => {
      if (Array.isArray(value)) return value
      throw new CommandError('Location28664', `$concatArrays only supports arrays, not ${typeName(value)}`)
    })
    return arrays?.flat(1) ?? null
  }),
  $rand: (argument, operator) => {
    argumentsOf(operator, isDoc(argument) ? [] : argument, 0)
    return () => new Double(Math.random())
  },
  $getField: (argument, operator) => {
    const { field, input = '$$CURRENT' } = isDoc(argument) && 'field' in argument ? argument : { field: argument }
    const name = constantName(field, operator)
    const holder = compileExpression(input)
    return (doc) => {
      const value = holder(doc)
      if (isDoc(value)) return fieldOf(value, name)
      return value === null ? null : MISSING
    }
  },
  $setField: (argument, operator) => parseSetField(fieldArguments(argument, operator, true), operator),
  $unsetField: (argument, operator) =>
    parseSetField({ ...fieldArguments(argument, operator, false), value: '$$REMOVE' }, operator),
}

/**
 * Compiles an aggregation expression.
 * @throws InvalidPipelineOperator for operators that the engine does not have
 */
export const compileExpression = (spec: unknown): Expression => {
  if (typeof spec === 'string') return parseText(spec)
  if (Array.isArray(spec)) {
    const elements = spec.map(compileExpression)
    return (doc) =>
      elements.map((evaluate) => {
        const value = evaluate(doc)
        return value === MISSING ? null : value
      })
  }
  if (!isDoc(spec)) return constant(spec)
  const names = Object.keys(spec)
  const operator = names.find((name) => name.startsWith('$'))
  if (operator === undefined) return parseObject(spec)
  if (names.length > 1) {
    throw new CommandError(
      'Location15983',
      `an expression specification must contain exactly one field, the name of the expression. Found ${names.length} fields`,
    )
  }
  const parse = Object.hasOwn(operators, operator) ? operators[operator] : undefined
  if (!parse) throw new CommandError('InvalidPipelineOperator', `Unrecognized expression '${operator}'`)
  return parse(spec[operator], operator)
}
