import { CommandError } from '../errors.ts'
import { type Doc, isDoc } from '../values/doc.ts'
import { compileFilter } from './matcher.ts'
import type { ElementFilters } from './update-path.ts'

const topLevelNames = (filter: Doc): string[] =>
  Object.entries(filter).flatMap(([name, value]) => {
    if (!name.startsWith('$')) return [name.split('.')[0] ?? '']
    return Array.isArray(value) ? value.flatMap((entry: unknown) => (isDoc(entry) ? topLevelNames(entry) : [])) : []
  })

/** Compiles the filters of `$[identifier]`, by identifier. */
export const compileArrayFilters = (arrayFilters: readonly Doc[]): ElementFilters => {
  const filters = new Map<string, (element: unknown) => boolean>()
  for (const filter of arrayFilters) {
    const [name, other] = new Set(topLevelNames(filter))
    if (name === undefined) {
      throw new CommandError('FailedToParse', 'Cannot use an expression without a top-level field name in arrayFilters')
    }
    if (other !== undefined) {
      throw new CommandError(
        'FailedToParse',
        `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${name}' and '${other}'`,
      )
    }
    if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) {
      throw new CommandError(
        'BadValue',
        `Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${name}'`,
      )
    }
    if (filters.has(name)) {
      throw new CommandError('FailedToParse', `Found multiple array filters with the same top-level field name ${name}`)
    }
    const { matches } = compileFilter(filter)
    filters.set(name, (element) => matches({ [name]: element }))
  }
  return filters
}
