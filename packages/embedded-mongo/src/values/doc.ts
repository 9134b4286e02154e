/** A decoded document: numbers keep their BSON type as Int32, Double, Long and Decimal128. */
export type Doc = Record<string, unknown>

/** Stands for a field that is not there, which MongoDB keeps apart from null. */
export const MISSING: unique symbol = Symbol('missing')
export type Missing = typeof MISSING

/** True for embedded documents, false for arrays and for all other BSON values. */
export const isDoc = (value: unknown): value is Doc => {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** The field's value. Only own properties count, so a field may be called `constructor`. */
export const fieldOf = (doc: Doc, name: string): unknown => (Object.hasOwn(doc, name) ? doc[name] : MISSING)

/** A copy with one field replaced in place or added at the end; a field `__proto__` stays an ordinary one. */
export const withField = (doc: Doc, name: string, value: unknown): Doc => ({ ...doc, [name]: value })

export const withoutField = (doc: Doc, name: string): Doc =>
  Object.fromEntries(Object.entries(doc).filter(([key]) => key !== name))

/**
 * The copies that a change of many fields has made so far. Nobody else has them, so it goes on in them: a copy for each
 * field would take the square of their number.
 */
export type Copies = Set<Doc>

/** As `withField`, in the copy that there is. */
export const setField = (doc: Doc, name: string, value: unknown, copies: Copies): Doc => {
  const copy = ownCopy(doc, copies)
  if (name === '__proto__') {
    Object.defineProperty(copy, name, { value, writable: true, enumerable: true, configurable: true })
  } else copy[name] = value
  return copy
}

/** As `withoutField`, in the copy that there is. */
export const removeField = (doc: Doc, name: string, copies: Copies): Doc => {
  const copy = ownCopy(doc, copies)
  delete copy[name]
  return copy
}

const ownCopy = (doc: Doc, copies: Copies): Doc => {
  if (copies.has(doc)) return doc
  const copy = { ...doc }
  copies.add(copy)
  return copy
}

const digits = /^(?:0|[1-9]\d*)$/

/** The position that a path's component names in an array, if it is one. */
export const positionOf = (component: string): number | undefined =>
  digits.test(component) ? Number(component) : undefined
