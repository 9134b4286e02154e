import { Int32 } from 'bson'
import { CommandError } from '../errors.ts'
import { compare } from '../values/compare.ts'
import { isDoc, MISSING } from '../values/doc.ts'
import { argumentsOf, folded, isNullish, type Operators, onValues, type Parse } from './operators.ts'
import { isTruthy } from './predicates.ts'

const comparison =
  (holds: (difference: number) => unknown): Parse =>
  (argument, named) => {
    const [left = () => MISSING, right = () => MISSING] = argumentsOf(named, argument, 2)
    return folded(named, [left, right], (doc) => holds(compare(left(doc), right(doc))))
  }

const parseCond: Parse = (argument, named) => {
  const branches = isDoc(argument) ? [argument.if, argument.then, argument.else] : argument
  if (isDoc(argument)) {
    const unknownName = Object.keys(argument).find((name) => !['if', 'then', 'else'].includes(name))
    if (unknownName) throw new CommandError('Location17083', `Unrecognized parameter to $cond: ${unknownName}`)
  }
  const [test = () => MISSING, then = () => MISSING, otherwise = () => MISSING] = argumentsOf(named, branches, 3)
  return (doc) => (isTruthy(test(doc)) ? then(doc) : otherwise(doc))
}

/** Comparison, and what follows from whether something is true. */
export const logicOperators = {
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
} satisfies Operators
