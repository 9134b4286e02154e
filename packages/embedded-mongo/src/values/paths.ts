import { CommandError } from '../errors.ts'
import { type Doc, fieldOf, isDoc, MISSING, positionOf } from './doc.ts'
import { encodeKey } from './key.ts'

export type Path = readonly string[]

export const pathOf = (dotted: string): Path => dotted.split('.')

/**
 * What a visitor sees at the end of a path: a value, or MISSING, and the position in the outermost array that was
 * walked through on the way. Answering true ends the walk.
 */
export type Visitor = (value: unknown, position: number | undefined) => boolean

/** Whether an array at the end of the path is shown element by element and then as a whole, or only as a whole. */
export type Leaf = 'elements and whole' | 'whole'

const visitLeaf = (value: unknown, leaf: Leaf, visitor: Visitor, position: number | undefined): boolean => {
  if (leaf === 'elements and whole' && Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      if (visitor(value[index], position ?? index)) return true
    }
  }
  return visitor(value, position)
}

/**
 * Walks a path as MongoDB's matcher does: through documents, through the documents in an array (not through arrays
 * directly in arrays), and, where the component is a number, to that position of an array. A value reached by its
 * position is shown as a whole. A path that ends early in a document or scalar shows MISSING; an array without
 * documents shows nothing.
 */
export const visit = (doc: Doc, path: Path, leaf: Leaf, visitor: Visitor): boolean =>
  visitDoc(doc, path, 0, leaf, visitor, undefined)

const visitDoc = (
  doc: Doc,
  path: Path,
  depth: number,
  leaf: Leaf,
  visitor: Visitor,
  position: number | undefined,
): boolean => {
  const value = fieldOf(doc, path[depth] ?? '')
  if (depth === path.length - 1) return visitLeaf(value, leaf, visitor, position)
  if (Array.isArray(value)) return visitArray(value, path, depth + 1, leaf, visitor, position)
  if (isDoc(value)) return visitDoc(value, path, depth + 1, leaf, visitor, position)
  return visitor(MISSING, position)
}

const visitArray = (
  array: readonly unknown[],
  path: Path,
  depth: number,
  leaf: Leaf,
  visitor: Visitor,
  position: number | undefined,
): boolean => {
  const named = positionOf(path[depth] ?? '')
  for (let index = 0; index < array.length; index += 1) {
    const element = array[index]
    if (isDoc(element) && visitDoc(element, path, depth, leaf, visitor, position ?? index)) return true
    if (index !== named) continue
    if (depth === path.length - 1) {
      if (visitor(element, position)) return true
    } else if (Array.isArray(element)) {
      if (visitArray(element, path, depth + 1, leaf, visitor, position)) return true
    } else if (isDoc(element) && visitDoc(element, path, depth + 1, leaf, visitor, position)) {
      return true
    }
  }
  return false
}

/** All values at the path, arrays as a whole; MISSING stands where a document on the way lacks the field. */
export const valuesAt = (doc: Doc, path: string): unknown[] => {
  const values: unknown[] = []
  visit(doc, pathOf(path), 'whole', (value) => {
    values.push(value)
    return false
  })
  return values
}

type Pending = { readonly rest: Path; readonly value: unknown }

/** Goes down through documents until the path ends or an array is met. */
const descend = (start: unknown, path: Path): Pending => {
  let value = start
  for (let depth = 0; depth < path.length; depth += 1) {
    const component = path[depth] ?? ''
    if (Array.isArray(value)) {
      const named = positionOf(component)
      const holdsField = value.some((element) => isDoc(element) && Object.hasOwn(element, component))
      if (named === undefined || named >= value.length || holdsField) return { rest: path.slice(depth), value }
      value = value[named]
    } else {
      value = isDoc(value) ? fieldOf(value, component) : MISSING
    }
    if (value === MISSING) return { rest: [], value }
  }
  return { rest: [], value }
}

const indexable = (value: unknown): unknown => (value === MISSING || value === undefined ? null : value)

const parallelArrays = (a: string, b: string): CommandError =>
  new CommandError('CannotIndexParallelArrays', `cannot index parallel arrays [${b}] [${a}]`)

const expand = (pending: readonly Pending[], names: readonly string[]): unknown[][] => {
  const first = pending.findIndex(({ value }) => Array.isArray(value))
  const array = pending[first]?.value
  if (!Array.isArray(array)) return [pending.map(({ value }) => indexable(value))]
  pending.forEach(({ value }, index) => {
    if (Array.isArray(value) && value !== array) throw parallelArrays(names[first] ?? '', names[index] ?? '')
  })
  // MongoDB indexes an empty array as undefined, which comes before null.
  const elements: readonly unknown[] = array.length === 0 ? [MISSING] : array
  return elements.flatMap((element) => {
    const settled: unknown[] = []
    const next = pending.map((field, index): Pending => {
      if (field.value !== array) return field
      if (field.rest.length > 0) return descend(isDoc(element) ? element : MISSING, field.rest)
      settled[index] = array.length === 0 ? undefined : indexable(element)
      return { rest: [], value: null }
    })
    return expand(next, names).map((tuple) => tuple.map((value, index) => (index in settled ? settled[index] : value)))
  })
}

const withoutRepeats = (tuples: unknown[][]): unknown[][] => {
  if (tuples.length < 2) return tuples
  const unique = new Map<string, unknown[]>()
  for (const tuple of tuples) {
    const key = encodeKey(tuple, []).toString('latin1')
    if (!unique.has(key)) unique.set(key, tuple)
  }
  return [...unique.values()]
}

/**
 * The entries of a document in an index on the fields: one, or one for each different element where a field goes
 * through an array. A missing field counts as null and an empty array as undefined.
 * @throws CannotIndexParallelArrays when two fields go through different arrays.
 */
export const indexTuples = (doc: Doc, fields: readonly string[]): unknown[][] =>
  withoutRepeats(
    expand(
      fields.map((field) => descend(doc, pathOf(field))),
      fields,
    ),
  )
