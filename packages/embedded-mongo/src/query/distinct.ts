import { CommandError } from '../errors.ts'
import { encode } from '../values/codec.ts'
import type { Doc } from '../values/doc.ts'
import { MISSING } from '../values/doc.ts'
import { encodeKey } from '../values/key.ts'
import { pathOf, visit } from '../values/paths.ts'

/** As in MongoDB: they are answered in one document. */
const maxBytes = 16 * 1024 * 1024

/** The different values at the path, the elements of an array each for themselves, in the order of their first. */
export const distinct = (docs: Iterable<Doc>, path: string): unknown[] => {
  const values = new Map<string, unknown>()
  let bytes = 0
  const add = (value: unknown): void => {
    if (value === MISSING) return
    const key = encodeKey([value], []).toString('latin1')
    if (values.has(key)) return
    values.set(key, value)
    bytes += encode({ [values.size - 1]: value }).length
    if (bytes > maxBytes) throw new CommandError(17217, 'distinct too big, 16mb cap')
  }
  const parts = pathOf(path)
  for (const doc of docs) {
    visit(doc, parts, 'whole', (value) => {
      if (Array.isArray(value)) value.forEach(add)
      else add(value)
      return false
    })
  }
  return [...values.values()]
}
