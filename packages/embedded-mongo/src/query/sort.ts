import { CommandError } from '../errors.ts'
import { compare } from '../values/compare.ts'
import { type Doc, isDoc } from '../values/doc.ts'
import { isNumber, numericOf } from '../values/numbers.ts'
import { indexTuples, pathOf } from '../values/paths.ts'

export type SortField = { readonly field: string; readonly direction: 1 | -1 }

const directionOf = (value: unknown): 1 | -1 => {
  if (isDoc(value)) {
    throw new CommandError('CommandNotSupported', 'Sorting by $meta is not supported by the embedded engine')
  }
  const direction = isNumber(value) ? numericOf(value) : undefined
  if (direction === 1 || direction === -1) return direction
  throw new CommandError('Location15975', '$sort key ordering must be 1 (for ascending) or -1 (for descending)')
}

/** The fields of a sort in order, with their directions. */
export const sortFields = (sort: Doc): readonly SortField[] =>
  Object.entries(sort).map(([field, value]) => {
    if (field === '' || pathOf(field).includes('')) {
      throw new CommandError('Location40353', "FieldPath must not end with a '.'.")
    }
    return { field, direction: directionOf(value) }
  })

const tuplesOf = (doc: Doc, names: readonly string[]): unknown[][] => {
  try {
    return indexTuples(doc, names)
  } catch (error) {
    if (!(error instanceof CommandError) || error.codeName !== 'CannotIndexParallelArrays') throw error
    throw new CommandError('BadValue', 'cannot sort with keys that are parallel arrays')
  }
}

/**
 * Compares documents by a sort. An array counts with its smallest element when ascending and its largest when
 * descending, a missing field as null, an empty array as less than null.
 */
export const compileSort = (sort: Doc): ((a: Doc, b: Doc) => number) => {
  const fields = sortFields(sort)
  const names = fields.map(({ field }) => field)
  const compareKeys = (a: readonly unknown[], b: readonly unknown[]): number => {
    for (let index = 0; index < fields.length; index += 1) {
      const difference = compare(a[index], b[index])
      if (difference !== 0) return fields[index]?.direction === -1 ? -difference : difference
    }
    return 0
  }
  // A sort asks for each document's key many times.
  const keys = new WeakMap<Doc, unknown[]>()
  const keyOf = (doc: Doc): unknown[] => {
    const known = keys.get(doc)
    if (known) return known
    const key = tuplesOf(doc, names).reduce((best, tuple) => (compareKeys(tuple, best) < 0 ? tuple : best))
    keys.set(doc, key)
    return key
  }
  return (a, b) => compareKeys(keyOf(a), keyOf(b))
}
