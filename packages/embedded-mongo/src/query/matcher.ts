import { CommandError } from '../errors.ts'
import { isRegex, regexOf } from '../values/compare.ts'
import { type Doc, fieldOf, isDoc, MISSING } from '../values/doc.ts'
import { type Leaf, type Path, pathOf, visit } from '../values/paths.ts'
import { compileExpression } from './expressions.ts'
import * as predicates from './predicates.ts'

/** A compiled filter. */
export type Matcher = {
  matches(doc: Doc): boolean
  /** The position of the array element by which the document matches, for the positional `$` of an update. */
  arrayIndexOf(doc: Doc): number | undefined
}

/** What a successful match leaves behind for the positional operator. */
type Details = { position: number | undefined }

/** Judges a whole document. */
type Node = (doc: Doc, details: Details | undefined) => boolean

/**
 * A condition on a field. On a path it looks at all values there, and its negation at none of them, so `$ne` is not a
 * test of one value; directly on an element of an array (`$elemMatch`, `$pull`) it looks at that element alone.
 */
type Condition = {
  readonly onPath: (doc: Doc, path: Path, details: Details | undefined) => boolean
  readonly onElement: (value: unknown, details: Details | undefined) => boolean
}

const refusal = (message: string): CommandError => new CommandError('BadValue', message)

const some = (test: (value: unknown, details: Details | undefined) => boolean, leaf: Leaf): Condition => ({
  onPath: (doc, path, details) => {
    if (path.length === 1) {
      const value = fieldOf(doc, path[0] ?? '')
      if (!Array.isArray(value)) return test(value, details)
    }
    return visit(doc, path, leaf, (value, position) => {
      if (!test(value, details)) return false
      if (details && position !== undefined) details.position = position
      return true
    })
  },
  onElement: test,
})

const any = (test: predicates.Test): Condition => some(test, 'elements and whole')

const not = ({ onPath, onElement }: Condition): Condition => ({
  onPath: (doc, path) => !onPath(doc, path, undefined),
  onElement: (value) => !onElement(value, undefined),
})

const every = (conditions: readonly Condition[]): Condition => {
  const [first, ...rest] = conditions
  if (first && rest.length === 0) return first
  return {
    onPath: (doc, path, details) => conditions.every(({ onPath }) => onPath(doc, path, details)),
    onElement: (value, details) => conditions.every(({ onElement }) => onElement(value, details)),
  }
}

const never: Condition = { onPath: () => false, onElement: () => false }

/** True for `{ $gt: 1 }`, false for a value to be equal to, such as `{ a: 1 }` or a reference `{ $ref, $id }`. */
export const isOperatorDoc = (value: unknown): value is Doc => {
  if (!isDoc(value)) return false
  const first = Object.keys(value)[0]
  return first?.startsWith('$') === true && !['$ref', '$id', '$db'].includes(first)
}

const parseIn = (list: unknown, operator: string): Condition => {
  if (!Array.isArray(list)) throw refusal(`${operator} needs an array`)
  if (list.some(isOperatorDoc)) throw refusal(`cannot nest $ under ${operator}`)
  return any(predicates.isIn(list))
}

const parseNot = (argument: unknown, field: string): Condition => {
  if (isRegex(argument)) return not(any(predicates.equalsOrMatches(argument)))
  if (!isDoc(argument)) throw refusal('$not needs a regex or a document')
  if (Object.keys(argument).length === 0) throw refusal('$not cannot be empty')
  return not(parseOperators(argument, field))
}

const parseNe = (argument: unknown): Condition => {
  if (isRegex(argument)) throw refusal("Can't have regex as arg to $ne.")
  return not(any(predicates.equals(argument)))
}

const logical = new Set(['$and', '$or', '$nor', '$where', '$expr', '$jsonSchema', '$text', '$comment'])

const parseElemMatch = (argument: unknown, field: string): Condition => {
  if (!isDoc(argument)) throw refusal('$elemMatch needs an Object')
  const first = Object.keys(argument)[0]
  let test: (element: unknown, details: Details | undefined) => boolean
  if (first !== undefined && isOperatorDoc(argument) && !logical.has(first)) {
    test = parseOperators(argument, field).onElement
  } else {
    const node = parseFilter(argument)
    // An array inside the array is matched like a document whose fields are its positions.
    test = (element) => {
      if (isDoc(element)) return node(element, undefined)
      return Array.isArray(element) && node(Object.fromEntries(element.entries()), undefined)
    }
  }
  return some((value, details) => {
    if (!Array.isArray(value)) return false
    const index = value.findIndex((element) => test(element, undefined))
    if (details && index >= 0) details.position = index
    return index >= 0
  }, 'whole')
}

const parseAll = (argument: unknown, field: string): Condition => {
  if (!Array.isArray(argument)) throw refusal('$all needs an array')
  if (argument.length === 0) return never
  const isElemMatch = (value: unknown): boolean => isDoc(value) && Object.keys(value)[0] === '$elemMatch'
  const conditions = argument.map((value: unknown): Condition => {
    if (isElemMatch(value) !== isElemMatch(argument[0])) {
      throw refusal(isElemMatch(argument[0]) ? '$all/$elemMatch has to be consistent' : 'no $ expressions in $all')
    }
    if (isDoc(value) && isElemMatch(value)) return parseElemMatch(value.$elemMatch, field)
    if (isOperatorDoc(value)) throw refusal('no $ expressions in $all')
    return any(predicates.equalsOrMatches(value))
  })
  return every(conditions)
}

const parseRegex = (argument: unknown, siblings: Doc): Condition => {
  const separate = siblings.$options
  if (separate !== undefined && typeof separate !== 'string') throw refusal('$options has to be a string')
  if (typeof argument === 'string') return any(predicates.matchesRegex(argument, separate ?? ''))
  if (!isRegex(argument)) throw refusal('$regex has to be a string')
  const { pattern, options } = regexOf(argument)
  if (separate && options) throw new CommandError('Location51075', 'options set in both $regex and $options')
  return any(predicates.matchesRegex(pattern, separate ?? options))
}

type Parse = (argument: unknown, field: string, siblings: Doc) => Condition | undefined

const comparison =
  (operator: predicates.Comparison): Parse =>
  (bound, field) =>
    any(predicates.compares(operator, bound, field))

const operators: Readonly<Record<string, Parse>> = {
  $eq: (value) => any(predicates.equals(value)),
  $ne: parseNe,
  $gt: comparison('$gt'),
  $gte: comparison('$gte'),
  $lt: comparison('$lt'),
  $lte: comparison('$lte'),
  $in: (list) => parseIn(list, '$in'),
  $nin: (list) => not(parseIn(list, '$nin')),
  $exists: (wanted) => {
    const exists = any((value) => value !== MISSING)
    return predicates.isTruthy(wanted) ? exists : not(exists)
  },
  $type: (types) => any(predicates.hasType(types)),
  $size: (size) => some(predicates.isOfSize(size), 'whole'),
  $all: parseAll,
  $elemMatch: parseElemMatch,
  $not: parseNot,
  $mod: (argument) => any(predicates.hasRemainder(argument)),
  $regex: (argument, _field, siblings) => parseRegex(argument, siblings),
  $options: (_options, _field, siblings) => {
    if (!Object.hasOwn(siblings, '$regex')) throw refusal('$options needs a $regex')
    return undefined
  },
}

const parseOperators = (spec: Doc, field: string): Condition => {
  const conditions: Condition[] = []
  for (const [operator, argument] of Object.entries(spec)) {
    const parse = Object.hasOwn(operators, operator) ? operators[operator] : undefined
    if (!parse) throw refusal(`unknown operator: ${operator}`)
    const condition = parse(argument, field, spec)
    if (condition) conditions.push(condition)
  }
  return every(conditions)
}

const parseField = (field: string, spec: unknown): Node => {
  const path = pathOf(field)
  const { onPath } = isOperatorDoc(spec) ? parseOperators(spec, field) : any(predicates.equalsOrMatches(spec))
  return (doc, details) => onPath(doc, path, details)
}

const parseList = (operator: string, list: unknown): Node[] => {
  if (!Array.isArray(list)) throw refusal(`${operator} must be an array`)
  if (list.length === 0) throw refusal('$and/$or/$nor must be a nonempty array')
  return list.map((entry: unknown) => {
    if (!isDoc(entry)) throw refusal('$or/$and/$nor entries need to be full objects')
    return parseFilter(entry)
  })
}

const all = (nodes: readonly Node[]): Node => {
  const [first, ...rest] = nodes
  if (first && rest.length === 0) return first
  return (doc, details) => nodes.every((node) => node(doc, details))
}

const parseTopLevel = (operator: string, argument: unknown): Node | undefined => {
  switch (operator) {
    case '$and':
      return all(parseList(operator, argument))
    // MongoDB takes no position for `$` from within $or and $nor.
    case '$or': {
      const nodes = parseList(operator, argument)
      return (doc) => nodes.some((node) => node(doc, undefined))
    }
    case '$nor': {
      const nodes = parseList(operator, argument)
      return (doc) => !nodes.some((node) => node(doc, undefined))
    }
    case '$expr': {
      const evaluate = compileExpression(argument)
      return (doc) => predicates.isTruthy(evaluate(doc))
    }
    case '$comment':
      return undefined
    default:
      throw refusal(
        `unknown top level operator: ${operator}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
      )
  }
}

const parseFilter = (filter: Doc): Node => {
  const nodes: Node[] = []
  for (const [name, spec] of Object.entries(filter)) {
    const node = name.startsWith('$') ? parseTopLevel(name, spec) : parseField(name, spec)
    if (node) nodes.push(node)
  }
  return all(nodes)
}

/**
 * Compiles a filter.
 * @throws BadValue for operators the engine does not know, rather than matching wrongly
 */
export const compileFilter = (filter: Doc): Matcher => {
  const node = parseFilter(filter)
  return {
    matches: (doc) => node(doc, undefined),
    arrayIndexOf: (doc) => {
      const details: Details = { position: undefined }
      return node(doc, details) ? details.position : undefined
    },
  }
}

/** Compiles the condition of `$pull`, which judges the elements of an array: `{ $gte: 5 }`. */
export const compileElementCondition = (spec: Doc): ((element: unknown) => boolean) => {
  const { onPath } = parseOperators(spec, '')
  return (element) => onPath({ '': element }, [''], undefined)
}
