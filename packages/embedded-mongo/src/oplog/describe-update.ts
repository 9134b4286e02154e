import { identical } from '../values/compare.ts'
import { type Doc, isDoc } from '../values/doc.ts'

/** What an update did, as a change stream says it: paths with their new values, and the paths that are gone. */
export const describeUpdate = (before: Doc, after: Doc): Doc => {
  const updatedFields: Doc = {}
  const removedFields: string[] = []
  const truncatedArrays: Doc[] = []

  const compareValues = (path: string, old: unknown, value: unknown): void => {
    if (identical(old, value)) return
    if (isDoc(old) && isDoc(value) && keepsOrder(old, value)) compareDocuments(`${path}.`, old, value)
    else if (Array.isArray(old) && Array.isArray(value)) compareArrays(path, old, value)
    else updatedFields[path] = value
  }

  const compareDocuments = (prefix: string, old: Doc, value: Doc): void => {
    for (const name of Object.keys(old)) {
      if (!Object.hasOwn(value, name)) removedFields.push(prefix + name)
    }
    for (const [name, field] of Object.entries(value)) {
      if (Object.hasOwn(old, name)) compareValues(prefix + name, old[name], field)
      else updatedFields[prefix + name] = field
    }
  }

  const compareArrays = (path: string, old: readonly unknown[], value: readonly unknown[]): void => {
    if (value.length < old.length) truncatedArrays.push({ field: path, newSize: value.length })
    value.forEach((element, place) => {
      if (place < old.length) compareValues(`${path}.${place}`, old[place], element)
      else updatedFields[`${path}.${place}`] = element
    })
  }

  compareDocuments('', before, after)
  return { updatedFields, removedFields, truncatedArrays }
}

/** Fields that both have must stand in the same order, new ones at the end: otherwise the value is told whole. */
const keepsOrder = (before: Doc, after: Doc): boolean => {
  const kept = Object.keys(before).filter((name) => Object.hasOwn(after, name))
  const names = Object.keys(after)
  return kept.every((name, place) => names[place] === name)
}
