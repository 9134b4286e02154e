import { Buffer } from 'node:buffer'
import { decodeEntry, type Entry, type Operation } from '../oplog/entries.ts'
import type { Catalogue, Collection } from '../storage/catalogue.ts'
import { documentKey, encodeId } from '../storage/documents.ts'
import * as keys from '../storage/keys.ts'
import type { View } from '../storage/view.ts'
import { decode } from '../values/codec.ts'
import { identical } from '../values/compare.ts'
import { type Doc, fieldOf, isDoc, MISSING } from '../values/doc.ts'
import { showId } from '../values/show.ts'

export interface LogReport {
  readonly entries: number
  readonly faults: readonly string[]
}

const maxNamed = 100

/**
 * Holds the log of changes against the state: what it tells last of a document must be so. Remembers the key of every
 * document that the log names.
 */
export const checkLog = (view: View, catalogue: Catalogue): LogReport => {
  const faults: string[] = []
  const name = (fault: string): void => {
    if (faults.length < maxNamed) faults.push(fault)
  }
  const seen = new Set<string>()
  const dropped = new Set<string>()
  let entries = 0
  let later: Entry | undefined

  const check = (operation: Operation): string | undefined => {
    const namespace = `${operation.db}.${operation.collection}`
    // What was written under a name before its collection was dropped or renamed is no more, or elsewhere.
    if (operation.kind === 'drop' || operation.kind === 'rename') dropped.add(namespace)
    const { key } = operation
    if (!key || dropped.has(namespace)) return undefined
    const collection = catalogue.find(namespace)
    if (!collection) return `${namespace} is not there, and the log does not tell of its end`
    return checkOperation(view, seen, collection, operation, decode(key))
  }

  for (const { key, value } of view.range({ start: keys.allOplog, end: keys.after(keys.allOplog), reverse: true })) {
    entries += 1
    const time = keys.timeOf(key)
    try {
      const entry = decodeEntry(time, value)
      if (later && later.total <= entry.total) name(`the entries ${time} and ${later.time} are not in their order`)
      later = entry
      for (const operation of [...entry.operations].reverse()) {
        const fault = check(operation)
        if (fault) name(`the log's entry ${time}: ${fault}`)
      }
    } catch (error) {
      name(`the log's entry ${time} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const cut = view.get(keys.metaKey('oplogTrimmed'))
  const first = later?.time
  // What was not cut off must be there: its first entry is the one at, or after, the cut.
  if (!cut || first === undefined || Buffer.from(cut).readBigUInt64BE(0) > first) {
    name('the log does not begin where it says that it was cut')
  }
  return { entries, faults }
}

/** The newest operation on a document, for those before it say what is no more. */
const checkOperation = (
  view: View,
  seen: Set<string>,
  collection: Collection,
  operation: Operation,
  documentId: Doc,
): string | undefined => {
  const place = documentKey(collection, encodeId(documentId._id))
  const text = keys.textOf(place)
  if (seen.has(text)) return undefined
  seen.add(text)
  const stored = view.get(place)
  const subject = `${collection.namespace} ${showId(documentId)}`
  if (operation.kind === 'delete') return stored ? `${subject} was deleted, and is there` : undefined
  if (!stored) return `${subject} was written, and is not there`
  const { document, description } = operation
  if (document && Buffer.compare(document, stored) !== 0) return `${subject} is not what was written`
  return description && !describes(decode(description), decode(stored)) ? `${subject} is not as updated` : undefined
}

const describes = ({ updatedFields, removedFields }: Doc, doc: Doc): boolean =>
  isDoc(updatedFields) &&
  Object.entries(updatedFields).every(([path, value]) => identical(valueAt(doc, path), value)) &&
  Array.isArray(removedFields) &&
  removedFields.every((path) => valueAt(doc, String(path)) === MISSING)

/** Along a path that names every position, and a field whose own name has dots by the longest name that there is. */
const valueAt = (value: unknown, path: string): unknown => {
  if (Array.isArray(value)) {
    const [position = '', ...rest] = path.split('.')
    const element: unknown = Number(position) < value.length ? value[Number(position)] : MISSING
    return rest.length === 0 ? element : valueAt(element, rest.join('.'))
  }
  if (!isDoc(value)) return MISSING
  for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
    const name = path.slice(0, end)
    if (!Object.hasOwn(value, name)) continue
    return end === path.length ? fieldOf(value, name) : valueAt(value[name], path.slice(end + 1))
  }
  return MISSING
}
