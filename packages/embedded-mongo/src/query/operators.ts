import { CommandError } from '../errors.ts'
import { typeName } from '../values/compare.ts'
import { type Doc, MISSING } from '../values/doc.ts'
import { type BsonNumber, isNumber } from '../values/numbers.ts'

/** A compiled aggregation expression; MISSING where it yields nothing. */
export type Expression = (doc: Doc) => unknown

// MongoDB works out what is constant before there are documents, so that a mistake in it is one without any.
export const constants = new WeakSet<Expression>()

export const constant = (value: unknown): Expression => {
  const expression = (): unknown => value
  constants.add(expression)
  return expression
}

const mistakesOfConstants = new WeakSet<Error>()

/** Whether it came of working out what is constant, and not of reading the expression. */
export const isMistakeOfConstant = (error: unknown): error is Error =>
  error instanceof Error && mistakesOfConstants.has(error)

export const folded = (operands: readonly Expression[], expression: Expression): Expression => {
  if (!operands.every((operand) => constants.has(operand))) return expression
  try {
    return constant(expression({}))
  } catch (error) {
    if (error instanceof Error) mistakesOfConstants.add(error)
    throw error
  }
}

export const isNullish = (value: unknown): boolean => value === null || value === undefined || value === MISSING

/** An operator where it is met, and the compiler of what it is given. */
export interface Named {
  readonly operator: string
  readonly compile: (spec: unknown) => Expression
}

export type Parse = (argument: unknown, named: Named) => Expression
export type Operators = Readonly<Record<string, Parse>>

export const argumentsOf = (
  { operator, compile }: Named,
  argument: unknown,
  least: number,
  most = least,
): Expression[] => {
  const list: readonly unknown[] = Array.isArray(argument) ? argument : [argument]
  if (list.length < least || list.length > most) {
    const wanted = least === most ? `exactly ${least}` : `at least ${least}`
    throw new CommandError(
      'Location16020',
      `Expression ${operator} takes ${wanted} arguments. ${list.length} were passed in.`,
    )
  }
  return list.map(compile)
}

/** An operator on the values of its arguments. */
export const onValues =
  (least: number, most: number, calculate: (values: readonly unknown[], operator: string) => unknown): Parse =>
  (argument, named) => {
    const list = argumentsOf(named, argument, least, most)
    return folded(list, (doc) =>
      calculate(
        list.map((evaluate) => evaluate(doc)),
        named.operator,
      ),
    )
  }

export const requireNumber = (value: unknown, operator: string): BsonNumber => {
  if (isNumber(value)) return value
  throw new CommandError('TypeMismatch', `${operator} only supports numeric types, not ${typeName(value)}`)
}

/** Goes through the operands in their order: what is not there ends it with null, and what is wrong with an error. */
export const gathered = <Value>(values: readonly unknown[], check: (value: unknown) => Value): Value[] | null => {
  const checked: Value[] = []
  for (const value of values) {
    if (isNullish(value)) return null
    checked.push(check(value))
  }
  return checked
}
