import { CommandError } from '../errors.ts'
import { typeName } from '../values/compare.ts'
import { type Doc, fieldOf, isDoc, MISSING, withField, withoutField } from '../values/doc.ts'
import { constants, type Expression, isNullish, type Named, type Operators } from './operators.ts'

/** A field's name with its dots and dollars, which no path can hold. */
const constantName = (spec: unknown, { operator, compile }: Named): string => {
  // Only what is folded is seen to be constant.
  const expression = compile(spec, true)
  if (!constants.has(expression)) {
    throw new CommandError(4161106, `${operator} requires 'field' to evaluate to a constant`)
  }
  const name = expression({})
  if (typeof name === 'string') return name
  throw new CommandError(4161107, `${operator} requires 'field' to evaluate to type String, but got ${typeName(name)}`)
}

const fieldArguments = (argument: unknown, { operator }: Named, hasValue: boolean): Doc => {
  const wanted = ['field', 'input', ...(hasValue ? ['value'] : [])]
  if (!isDoc(argument)) {
    throw new CommandError(4161100, `${operator} only supports an object as its argument`)
  }
  const isComplete = wanted.every((name) => name in argument) && Object.keys(argument).length === wanted.length
  if (!isComplete) throw new CommandError(4161101, `${operator} requires exactly ${wanted.join(', ')}`)
  return argument
}

const parseSetField = ({ field, input, value }: Doc, named: Named): Expression => {
  const name = constantName(field, named)
  const [holder, content] = [named.compile(input), named.compile(value)]
  return (doc) => {
    const target = holder(doc)
    if (isNullish(target)) return null
    if (!isDoc(target)) {
      throw new CommandError(4161105, `${named.operator} requires 'input' to evaluate to type Object`)
    }
    const set = content(doc)
    return set === MISSING ? withoutField(target, name) : withField(target, name, set)
  }
}

export const fieldOperators = {
  $getField: (argument, named) => {
    const { field, input = '$$CURRENT' } = isDoc(argument) && 'field' in argument ? argument : { field: argument }
    const name = constantName(field, named)
    const holder = named.compile(input)
    return (doc) => {
      const value = holder(doc)
      if (isDoc(value)) return fieldOf(value, name)
      return value === null ? null : MISSING
    }
  },
  $setField: (argument, named) => parseSetField(fieldArguments(argument, named, true), named),
  $unsetField: (argument, named) =>
    parseSetField({ ...fieldArguments(argument, named, false), value: '$$REMOVE' }, named),
} satisfies Operators
