import { CommandError } from '../errors.ts'
import { typeName } from '../values/compare.ts'
import { type Doc, fieldOf, isDoc, MISSING } from '../values/doc.ts'
import { arithmeticOperators } from './arithmetic-operators.ts'
import { arrayOperators } from './array-operators.ts'
import { fieldOperators } from './field-operators.ts'
import { logicOperators } from './logic-operators.ts'
import { constant, type Expression, gathered, type Operators, onValues } from './operators.ts'

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

const parseObject = (fields: Doc, folds: boolean): Expression => {
  const parts = Object.entries(fields).map(([name, value]) => [name, compileExpression(value, folds)] as const)
  return (doc) =>
    Object.fromEntries(
      parts.map(([name, evaluate]) => [name, evaluate(doc)] as const).filter(([, value]) => value !== MISSING),
    )
}

const operators: Operators = {
  $literal: constant,
  $type: onValues(1, 1, ([value]) => typeName(value)),
  $concat: onValues(0, Number.POSITIVE_INFINITY, (values) => {
    const texts = gathered(values, (value) => {
      if (typeof value === 'string') return value
      throw new CommandError('Location16702', `$concat only supports strings, not ${typeName(value)}`)
    })
    return texts?.join('') ?? null
  }),
  ...logicOperators,
  ...arithmeticOperators,
  ...arrayOperators,
  ...fieldOperators,
}

/**
 * Compiles an aggregation expression. If it folds, what is constant is worked out before there are documents, as MongoDB
 * does when it optimises: a mistake in it is one without any.
 * @throws InvalidPipelineOperator for operators that the engine does not have
 */
export const compileExpression = (spec: unknown, folds = true): Expression => {
  if (typeof spec === 'string') return parseText(spec)
  if (Array.isArray(spec)) {
    const elements = spec.map((element) => compileExpression(element, folds))
    return (doc) =>
      elements.map((evaluate) => {
        const value = evaluate(doc)
        return value === MISSING ? null : value
      })
  }
  if (!isDoc(spec)) return constant(spec)
  const names = Object.keys(spec)
  const operator = names.find((name) => name.startsWith('$'))
  if (operator === undefined) return parseObject(spec, folds)
  if (names.length > 1) {
    throw new CommandError(
      'Location15983',
      `an expression specification must contain exactly one field, the name of the expression. Found ${names.length} fields`,
    )
  }
  const parse = Object.hasOwn(operators, operator) ? operators[operator] : undefined
  if (!parse) throw new CommandError('InvalidPipelineOperator', `Unrecognized expression '${operator}'`)
  return parse(spec[operator], {
    operator,
    folds,
    compile: (argument, asFolded = folds) => compileExpression(argument, asFolded),
  })
}
