import { CommandError } from '../errors.ts'
import { compare, equal, identical, isRegex, typeName } from '../values/compare.ts'
import { type Doc, isDoc, MISSING } from '../values/doc.ts'
import { isNumber, nearestDouble, numericOf } from '../values/numbers.ts'
import { show, showId } from '../values/show.ts'
import { compileElementCondition, compileFilter, isOperatorDoc } from './matcher.ts'
import { equalsOrMatches } from './predicates.ts'
import { compileSort } from './sort.ts'

/** From the value at the path, or MISSING, to the new one. */
export type Apply = (current: unknown, doc: Doc) => unknown

const integerOf = (value: unknown): number | undefined => {
  if (!isNumber(value)) return undefined
  const numeric = nearestDouble(numericOf(value))
  return Number.isInteger(numeric) ? numeric : undefined
}

const modifierNames = new Set(['$each', '$position', '$slice', '$sort'])

const requireInteger = (value: unknown, name: string): number | undefined => {
  if (value === undefined) return undefined
  const integer = integerOf(value)
  if (integer === undefined) {
    throw new CommandError(
      'BadValue',
      `The value for ${name} must be an integer value but was given type: ${typeName(value)}`,
    )
  }
  return integer
}

const sorterOf = (sort: unknown): ((elements: unknown[]) => unknown[]) | undefined => {
  if (sort === undefined) return undefined
  const direction = integerOf(sort)
  if (direction !== undefined) {
    if (direction !== 1 && direction !== -1) {
      throw new CommandError('BadValue', 'The $sort element value must be either 1 or -1')
    }
    return (elements) => elements.sort((a, b) => direction * compare(a, b))
  }
  if (!isDoc(sort) || Object.keys(sort).length === 0) {
    throw new CommandError(
      'BadValue',
      'The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields',
    )
  }
  const byFields = compileSort(sort)
  // Elements that are not documents sort as ones without fields.
  const asDoc = (element: unknown): Doc => (isDoc(element) ? element : {})
  return (elements) => elements.sort((a, b) => byFields(asDoc(a), asDoc(b)))
}

const eachOf = (value: unknown, operator: string): readonly unknown[] => {
  if (Array.isArray(value)) return value
  throw new CommandError(
    operator === '$push' ? 'BadValue' : 'TypeMismatch',
    `The argument to $each in ${operator} must be an array but it was of type${operator === '$push' ? ':' : ''} ${typeName(value)}`,
  )
}

export const push = (argument: unknown, path: string): Apply => {
  const modifiers: Doc = isDoc(argument) && Object.hasOwn(argument, '$each') ? argument : { $each: [argument] }
  const unknownName = Object.keys(modifiers).find((name) => !modifierNames.has(name))
  if (unknownName) throw new CommandError('BadValue', `Unrecognized clause in $push: ${unknownName}`)
  const each = eachOf(modifiers.$each, '$push')
  const position = requireInteger(modifiers.$position, '$position')
  const slice = requireInteger(modifiers.$slice, '$slice')
  const sort = sorterOf(modifiers.$sort)
  return (current, doc) => {
    if (current !== MISSING && !Array.isArray(current)) {
      throw new CommandError(
        'BadValue',
        `The field '${path}' must be an array but is of type ${typeName(current)} in document ${showId(doc)}`,
      )
    }
    const before: readonly unknown[] = Array.isArray(current) ? current : []
    let after = before.slice()
    // A negative position counts from the end, as it does in splice.
    after.splice(position ?? after.length, 0, ...each)
    if (sort) after = sort(after)
    if (slice !== undefined) after = slice >= 0 ? after.slice(0, slice) : after.slice(slice)
    return current !== MISSING && identical(before, after) ? current : after
  }
}

export const addToSet = (argument: unknown, path: string): Apply => {
  const hasEach = isDoc(argument) && Object.keys(argument)[0] === '$each'
  const each = hasEach ? eachOf(argument.$each, '$addToSet') : [argument]
  if (hasEach && Object.keys(argument).length > 1) {
    throw new CommandError('BadValue', `Found unexpected fields after $each in $addToSet: ${show(argument)}`)
  }
  return (current) => {
    if (current !== MISSING && !Array.isArray(current)) {
      throw new CommandError(
        'BadValue',
        `Cannot apply $addToSet to non-array field. Field named '${path.split('.').at(-1)}' has non-array type ${typeName(current)}`,
      )
    }
    const elements: unknown[] = Array.isArray(current) ? current.slice() : []
    const size = elements.length
    for (const value of each) {
      if (!elements.some((element) => equal(element, value))) elements.push(value)
    }
    return current !== MISSING && elements.length === size ? current : elements
  }
}

export const pop = (argument: unknown, path: string): Apply => {
  const end = integerOf(argument)
  if (!isNumber(argument)) throw new CommandError('FailedToParse', `Expected a number in: ${path}: ${show(argument)}`)
  if (end !== 1 && end !== -1) throw new CommandError('FailedToParse', `$pop expects 1 or -1, found: ${show(argument)}`)
  return (current) => {
    if (current === MISSING) return MISSING
    if (!Array.isArray(current)) {
      throw new CommandError(
        'TypeMismatch',
        `Path '${path}' contains an element of non-array type '${typeName(current)}'`,
      )
    }
    if (current.length === 0) return current
    return end === 1 ? current.slice(0, -1) : current.slice(1)
  }
}

const pullCondition = (argument: unknown): ((element: unknown) => boolean) => {
  if (isOperatorDoc(argument)) return compileElementCondition(argument)
  if (isDoc(argument)) {
    const { matches } = compileFilter(argument)
    return (element) => isDoc(element) && matches(element)
  }
  return isRegex(argument) ? equalsOrMatches(argument) : (element) => equal(element, argument)
}

const removeWhere =
  (operator: string, isRemoved: (element: unknown) => boolean): Apply =>
  (current) => {
    if (current === MISSING) return MISSING
    if (!Array.isArray(current)) throw new CommandError('BadValue', `Cannot apply ${operator} to a non-array value`)
    const kept = current.filter((element) => !isRemoved(element))
    return kept.length === current.length ? current : kept
  }

export const pull = (argument: unknown): Apply => removeWhere('$pull', pullCondition(argument))

export const pullAll = (argument: unknown): Apply => {
  if (!Array.isArray(argument)) {
    throw new CommandError('BadValue', `$pullAll requires an array argument but was given a ${typeName(argument)}`)
  }
  return removeWhere('$pull', (element) => argument.some((value) => equal(element, value)))
}
