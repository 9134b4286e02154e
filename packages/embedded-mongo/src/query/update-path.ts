import { CommandError } from '../errors.ts'
import { compareStrings } from '../values/compare.ts'
import { type Copies, type Doc, fieldOf, isDoc, MISSING, positionOf, removeField, setField } from '../values/doc.ts'
import { show } from '../values/show.ts'

/** What an operator does at the end of its path: from the value there, or MISSING, to the new one, or MISSING. */
export type Change = {
  readonly path: string
  readonly parts: readonly string[]
  /** Whether missing documents on the way are created; if not, a path that leads nowhere changes nothing. */
  readonly creates: boolean
  readonly apply: (current: unknown, doc: Doc) => unknown
}

export type ElementFilters = ReadonlyMap<string, (element: unknown) => boolean>

const referenceNames = new Set(['$ref', '$id', '$db'])

/** The identifier of `$[identifier]`, empty for `$[]`. */
export const identifierOf = (part: string): string | undefined => /^\$\[(.*)\]$/.exec(part)?.[1]

export const isDynamic = (part: string): boolean => part === '$' || identifierOf(part) !== undefined

const firstPosition = (path: string, kind: string): CommandError =>
  new CommandError('BadValue', `Cannot have ${kind} element in the first position in path '${path}'`)

/** @throws CommandError for paths that cannot be updated */
export const parsePath = (path: string, filters: ElementFilters): readonly string[] => {
  if (path === '') throw new CommandError('EmptyFieldName', 'An empty update path is not valid.')
  const parts = path.split('.')
  parts.forEach((part, index) => {
    if (part === '') {
      throw new CommandError(
        'EmptyFieldName',
        `The update path '${path}' contains an empty field name, which is not allowed.`,
      )
    }
    const identifier = identifierOf(part)
    if (part === '$' && index === 0) throw firstPosition(path, "positional (i.e. '$')")
    if (identifier !== undefined && index === 0) throw firstPosition(path, "array filter identifier (i.e. '$[<id>]')")
    if (identifier && !filters.has(identifier)) {
      throw new CommandError('BadValue', `No array filter found for identifier '${identifier}' in path '${path}'`)
    }
    if (part.startsWith('$') && !isDynamic(part) && !referenceNames.has(part)) {
      throw new CommandError(
        'DollarPrefixedFieldName',
        `The dollar ($) prefixed field '${part}' in '${path}' is not allowed for storage.`,
      )
    }
  })
  if (parts.filter((part) => part === '$').length > 1) {
    throw new CommandError('BadValue', `Too many positional (i.e. '$') elements found in path '${path}'`)
  }
  return parts
}

/** MongoDB applies changes in the order of their names, numeric ones by number. */
export const comparePaths = (a: readonly string[], b: readonly string[]): number => {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const partA = a[index] ?? ''
    const partB = b[index] ?? ''
    if (partA === partB) continue
    const numberA = positionOf(partA)
    const numberB = positionOf(partB)
    return numberA !== undefined && numberB !== undefined ? numberA - numberB : compareStrings(partA, partB)
  }
  return a.length - b.length
}

/** @throws ConflictingUpdateOperators when one path is another or lies on the way to it */
export const refuseConflicts = (paths: readonly string[]): void => {
  const seen = new Set<string>()
  const prefixes = new Set<string>()
  for (const path of paths) {
    const parts = path.split('.')
    const above = parts.map((_, index) => parts.slice(0, index + 1).join('.'))
    const conflict = prefixes.has(path) ? path : above.find((prefix) => seen.has(prefix))
    if (conflict !== undefined) {
      throw new CommandError(
        'ConflictingUpdateOperators',
        `Updating the path '${path}' would create a conflict at '${conflict}'`,
      )
    }
    seen.add(path)
    for (const prefix of above) prefixes.add(prefix)
  }
}

const notViable = (part: string, name: string, element: unknown): CommandError =>
  new CommandError('PathNotViable', `Cannot create field '${part}' in element {${name}: ${show(element)}}`)

const largestPadding = 1_500_000

/**
 * Applies a change to a document and gives a copy, or the document itself where nothing changed or where it is among the
 * `copies` that changes before it have made.
 */
export const applyChange = (
  doc: Doc,
  { parts, creates, apply }: Change,
  filters: ElementFilters,
  positional: number | undefined,
  copies: Copies = new Set(),
): Doc => {
  const resolve = (part: string): string => {
    if (part !== '$') return part
    if (positional !== undefined) return String(positional)
    throw new CommandError('BadValue', 'The positional operator did not find the match needed from the query.')
  }

  const refuseArrayUpdate = (depth: number): never => {
    const path = parts.slice(0, depth).join('.')
    throw new CommandError('BadValue', `The path '${path}' must exist in the document in order to apply array updates.`)
  }

  /** Nothing can be made below the value; what is to be done to the elements of an array misses the array first. */
  const refuseBelow = (value: unknown, depth: number, part: string): never => {
    const selection = parts.findIndex((later, index) => index > depth && identifierOf(later) !== undefined)
    if (selection > 0) refuseArrayUpdate(selection)
    throw notViable(part, parts[depth - 1] ?? '', value)
  }

  const inSelected = (array: unknown, depth: number, identifier: string): unknown => {
    if (array === MISSING) refuseArrayUpdate(depth)
    if (!Array.isArray(array)) {
      const name = parts[depth - 1] ?? ''
      throw new CommandError('BadValue', `Cannot apply array updates to non-array element ${name}: ${show(array)}`)
    }
    const isSelected = identifier === '' ? () => true : (filters.get(identifier) ?? (() => false))
    const changed = array.map((element: unknown) => {
      if (!isSelected(element)) return element
      const value = at(element, depth + 1)
      return value === MISSING ? null : value
    })
    return changed.some((element, index) => element !== array[index]) ? changed : array
  }

  const inArray = (array: readonly unknown[], depth: number, part: string): unknown => {
    const position = positionOf(part)
    if (position === undefined) {
      if (creates) refuseBelow(array, depth, part)
      return array
    }
    const current: unknown = position < array.length ? array[position] : MISSING
    const value = at(current, depth + 1)
    if (value === current) return array
    if (position - array.length > largestPadding) {
      throw new CommandError('BadValue', `can't backfill more than ${largestPadding} elements`)
    }
    const copy = array.slice()
    while (copy.length < position) copy.push(null)
    // Removing an element would move the others, so MongoDB leaves null in its place.
    copy[position] = value === MISSING ? null : value
    return copy
  }

  const inDoc = (holder: Doc, depth: number, part: string): Doc => {
    const current = fieldOf(holder, part)
    const value = at(current, depth + 1)
    if (value === current) return holder
    return value === MISSING ? removeField(holder, part, copies) : setField(holder, part, value, copies)
  }

  const at = (value: unknown, depth: number): unknown => {
    const raw = parts[depth]
    if (raw === undefined) return apply(value, doc)
    const identifier = identifierOf(raw)
    if (identifier !== undefined) return inSelected(value, depth, identifier)
    const part = resolve(raw)
    if (isDoc(value)) return inDoc(value, depth, part)
    if (Array.isArray(value)) return inArray(value, depth, part)
    if (value !== MISSING) {
      if (creates) refuseBelow(value, depth, part)
      return value
    }
    if (!creates) return MISSING
    const created = at(MISSING, depth + 1)
    return created === MISSING ? MISSING : { [part]: created }
  }

  return inDoc(doc, 0, resolve(parts[0] ?? ''))
}
