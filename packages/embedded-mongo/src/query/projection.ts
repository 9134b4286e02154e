import { CommandError } from '../errors.ts'
import { type Doc, isDoc, MISSING } from '../values/doc.ts'
import { isNumber, nearestDouble, numericOf } from '../values/numbers.ts'
import { show } from '../values/show.ts'
import { compileFilter } from './matcher.ts'
import { isTruthy } from './predicates.ts'

type Transform = (value: unknown) => unknown
type Leaf = 'keep' | 'drop' | Transform
type Tree = Map<string, Leaf | Tree>
type Field = { readonly path: string; readonly leaf: Leaf; readonly isSlice: boolean }

const unsupported = (what: string): CommandError =>
  new CommandError('CommandNotSupported', `${what} in a projection is not supported by the embedded engine`)

const integerIn = (value: unknown): number | undefined => {
  if (!isNumber(value)) return undefined
  const number = nearestDouble(numericOf(value))
  return Number.isFinite(number) ? Math.trunc(number) : undefined
}

const sliceOf = (argument: unknown): Transform => {
  const isPair = Array.isArray(argument)
  const first = integerIn(isPair ? argument[0] : argument)
  const limit = isPair ? integerIn(argument[1]) : undefined
  if (first === undefined || (isPair && (limit === undefined || argument.length !== 2))) {
    throw new CommandError(
      'Location28667',
      `Invalid $slice syntax. The given syntax { $slice: ${show(argument)} } did not match the find() syntax.`,
    )
  }
  if (limit !== undefined && limit <= 0) {
    throw new CommandError(
      'Location28724',
      `First argument to $slice must be an array and the third, if given, positive, but is: ${limit}`,
    )
  }
  return (value) => {
    if (!Array.isArray(value)) return value
    if (limit === undefined) return first >= 0 ? value.slice(0, first) : value.slice(first)
    const start = first >= 0 ? first : Math.max(value.length + first, 0)
    return value.slice(start, start + limit)
  }
}

const elemMatchOf = (argument: unknown, path: string): Transform => {
  if (!isDoc(argument)) {
    throw new CommandError('Location31274', `elemMatch: Invalid argument, object required, but got ${show(argument)}`)
  }
  if (path.includes('.')) {
    throw new CommandError('Location31275', 'Cannot use $elemMatch projection on a nested field')
  }
  const { arrayIndexOf } = compileFilter({ [path]: { $elemMatch: argument } })
  return (value) => {
    if (!Array.isArray(value)) return MISSING
    const index = arrayIndexOf({ [path]: value })
    return index === undefined ? MISSING : [value[index]]
  }
}

const parseOperator = (path: string, spec: Doc): Field => {
  const [operator = '', ...others] = Object.keys(spec)
  if (others.length === 0 && operator === '$slice') return { path, leaf: sliceOf(spec.$slice), isSlice: true }
  if (others.length === 0 && operator === '$elemMatch') {
    return { path, leaf: elemMatchOf(spec.$elemMatch, path), isSlice: false }
  }
  throw unsupported(operator)
}

const refuseBadPath = (path: string): void => {
  const parts = path.split('.')
  if (parts.at(-1) === '$') throw unsupported("The positional operator '$'")
  if (parts.includes('')) {
    throw new CommandError('Location15998', 'FieldPath field names may not be empty strings.')
  }
  if (parts.some((part) => part.startsWith('$'))) {
    throw new CommandError(
      'Location16410',
      "FieldPath field names may not start with '$'. Consider using $getField or $setField.",
    )
  }
}

const parseFields = (projection: Doc, prefix: string): Field[] =>
  Object.entries(projection).flatMap(([name, value]): Field[] => {
    const path = prefix + name
    refuseBadPath(path)
    if (typeof value === 'boolean' || isNumber(value)) {
      return [{ path, leaf: isTruthy(value) ? 'keep' : 'drop', isSlice: false }]
    }
    if (!isDoc(value)) throw unsupported(`The value ${show(value)}`)
    const [first] = Object.keys(value)
    if (first === undefined) {
      throw new CommandError(
        'Location51270',
        `An empty sub-projection is not a valid value. Found empty object at path`,
      )
    }
    return first.startsWith('$') ? [parseOperator(path, value)] : parseFields(value, `${path}.`)
  })

const insert = (tree: Tree, path: string, leaf: Leaf): void => {
  const parts = path.split('.')
  let node = tree
  for (const [index, part] of parts.entries()) {
    const existing = node.get(part)
    const isLast = index === parts.length - 1
    if (existing !== undefined && (isLast || !(existing instanceof Map))) {
      const rest = parts.slice(index + 1).join('.')
      throw isLast
        ? new CommandError('Location31250', `Path collision at ${path}`)
        : new CommandError('Location31249', `Path collision at ${path} remaining portion ${rest}`)
    }
    if (isLast) {
      node.set(part, leaf)
    } else {
      const next: Tree = existing instanceof Map ? existing : new Map()
      node.set(part, next)
      node = next
    }
  }
}

const isInclusion = (fields: readonly Field[], isDecided: boolean): boolean => {
  const decisive = fields.find(({ path, leaf, isSlice }) => path !== '_id' && !isSlice && leaf !== 'drop')
  const exclusive = fields.find(({ path, leaf }) => path !== '_id' && leaf === 'drop')
  if (exclusive && (decisive || isDecided)) {
    // The first field decides; the first one that disagrees is named.
    if (isDecided || !decisive || fields.indexOf(decisive) < fields.indexOf(exclusive)) {
      throw new CommandError('Location31254', `Cannot do exclusion on field ${exclusive.path} in inclusion projection`)
    }
    throw new CommandError('Location31253', `Cannot do inclusion on field ${decisive.path} in exclusion projection`)
  }
  if (decisive || isDecided) return true
  if (exclusive) return false
  return fields.some(({ path, leaf }) => path === '_id' && leaf === 'keep')
}

const projectValue = (value: unknown, tree: Tree, includes: boolean): unknown => {
  if (isDoc(value)) return projectDoc(value, tree, includes)
  if (!Array.isArray(value)) return includes ? MISSING : value
  return value.map((element) => projectValue(element, tree, includes)).filter((element) => element !== MISSING)
}

const projectField = (value: unknown, node: Leaf | Tree | undefined, includes: boolean): unknown => {
  if (node === undefined) return includes ? MISSING : value
  if (node instanceof Map) return projectValue(value, node, includes)
  if (node === 'keep') return value
  return node === 'drop' ? MISSING : node(value)
}

const projectDoc = (doc: Doc, tree: Tree, includes: boolean): Doc => {
  const fields: [string, unknown][] = []
  for (const [name, value] of Object.entries(doc)) {
    const projected = projectField(value, tree.get(name), includes)
    if (projected !== MISSING) fields.push([name, projected])
  }
  return Object.fromEntries(fields)
}

/**
 * Compiles a projection of find. Fields keep the order they have in the document. `includes` makes it one that includes
 * even when it names no field, as a `$project` stage with computed fields is.
 * @throws Location31253 or Location31254 when it both includes and excludes
 */
export const compileProjection = (
  projection: Doc,
  { includes: isDecided = false }: { includes?: boolean } = {},
): ((doc: Doc) => Doc) => {
  const fields = parseFields(projection, '')
  if (fields.length === 0 && !isDecided) return (doc) => doc
  const includes = isInclusion(fields, isDecided)
  const tree: Tree = new Map()
  for (const { path, leaf } of fields) insert(tree, path, leaf)
  if (includes && !tree.has('_id')) tree.set('_id', 'keep')
  return (doc) => projectDoc(doc, tree, includes)
}
