import { CommandError } from '../errors.ts'
import { typeName } from '../values/compare.ts'
import { type Doc, MISSING } from '../values/doc.ts'
import { type BsonNumber, isNumber } from '../values/numbers.ts'

/** A compiled aggregation expression; MISSING where it yields nothing. */
export type Expression = (doc: Doc) => unknown

export const constants = new WeakSet<Expression>()

export const constant = (value: unknown): Expression => {
  const expression = (): unknown => value
  constants.add(expression)
  return expression
}

export const folded = ({ folds }: Named, operands: readonly Expression[], expression: Expression): Expression =>
  folds && operands.every((operand) => constants.has(operand)) ? constant(expression({})) : expression

export const isNullish = (value: unknown): boolean => value === null || value === undefined || value === MISSING

/** An operator where it is met, and the compiler of what it is given. */
export interface Named {
  readonly operator: string
  readonly folds: boolean
  /** What it is given is folded as itself is, unless it says otherwise. */
  readonly compile: (spec: unknown, folds?: boolean) => Expression
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
  return list.map((spec) => compile(spec))
}

/** An operator on the values of its arguments. */
export const onValues =
  (least: number, most: number, calculate: (values: readonly unknown[], operator: string) => unknown): Parse =>
  (argument, named) => {
    const list = argumentsOf(named, argument, least, most)
    return folded(named, list, (doc) =>
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
