import { BSON, type Document } from 'mongodb'
import { Unknown } from './format.ts'
import * as types from './types.ts'

/** What was seen is not what the file expects. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch'
}

/** The entities to which `$$matchesEntity` and `$$sessionLsid` refer. */
export interface Lookup {
  value(name: string): unknown
  lsid(name: string): unknown
}

interface Place {
  readonly path: string
  /** A document at the root may have more fields than are expected. */
  readonly isRoot: boolean
  readonly entities: Lookup
}

type Operator = (expected: unknown, actual: unknown, place: Place) => void

/** Throws a Mismatch, with the path, unless the actual value is as expected. `undefined` stands for none. */
export const match = (expected: unknown, actual: unknown, place: Place): void => {
  if (isDocument(expected)) {
    const operator = operatorOf(expected)
    if (operator) operator.run(operator.operand, actual, place)
    else matchDocument(expected, actual, place)
  } else if (Array.isArray(expected)) matchArray(expected, actual, place)
  else if (!equal(expected, actual)) fail(expected, actual, place)
}

const matchDocument = (expected: Document, actual: unknown, place: Place): void => {
  if (!isDocument(actual)) fail(expected, actual, place)
  for (const [key, value] of Object.entries(expected)) {
    const found = Object.hasOwn(actual, key) ? actual[key] : undefined
    match(value, found, { ...place, path: `${place.path}.${key}`, isRoot: false })
  }
  if (place.isRoot) return
  const more = Object.keys(actual).filter((key) => actual[key] !== undefined && !Object.hasOwn(expected, key))
  if (more.length > 0) throw new Mismatch(`${place.path} has ${more.join(', ')} besides what is expected`)
}

const matchArray = (expected: readonly unknown[], actual: unknown, place: Place): void => {
  if (!Array.isArray(actual) || actual.length !== expected.length) fail(expected, actual, place)
  expected.forEach((element, index) => {
    match(element, actual[index], { ...place, path: `${place.path}[${index}]`, isRoot: false })
  })
}

const operators: Readonly<Record<string, Operator>> = {
  $$exists(isExpected, actual, { path }) {
    if (isExpected === (actual !== undefined)) return
    throw new Mismatch(isExpected ? `${path} is missing` : `${path} is ${show(actual)}, where nothing is expected`)
  },
  $$type(names, actual, { path }) {
    const list: readonly unknown[] = Array.isArray(names) ? names : [names]
    if (actual !== undefined && list.some((name) => types.is(String(name), actual))) return
    throw new Mismatch(`${path} is ${show(actual)}, where a ${list.join(' or ')} is expected`)
  },
  $$matchesEntity: (name, actual, place) => match(place.entities.value(String(name)), actual, place),
  $$matchesHexBytes(hex, actual, { path }) {
    if (typeof hex !== 'string' || !/^([0-9a-f]{2})*$/i.test(hex)) throw new Unknown(`Malformed bytes ${show(hex)}`)
    if (actual instanceof Uint8Array && Buffer.from(actual).toString('hex') === hex.toLowerCase()) return
    throw new Mismatch(`${path} is ${show(actual)}, where the bytes ${hex} are expected`)
  },
  $$unsetOrMatches(expected, actual, place) {
    if (actual !== undefined) match(expected, actual, place)
  },
  $$sessionLsid: (name, actual, place) => match(place.entities.lsid(String(name)), actual, place),
  $$lte(most, actual, place) {
    const [a, b] = [types.numeric(actual), types.numeric(most)]
    if (a === undefined || b === undefined || a > b) fail(`at most ${show(most)}`, actual, place)
  },
  $$matchAsDocument(expected, actual, place) {
    if (typeof actual !== 'string') fail(expected, actual, place)
    match(expected, BSON.EJSON.parse(actual), { ...place, isRoot: false })
  },
  $$matchAsRoot: (expected, actual, place) => match(expected, actual, { ...place, isRoot: true }),
}

const operatorOf = (expected: Document): { operand: unknown; run: Operator } | undefined => {
  const [name, ...others] = Object.keys(expected)
  if (!name?.startsWith('$$') || others.length > 0) return undefined
  const run = operators[name]
  if (!run) throw new Unknown(`The operator ${name}`)
  return { operand: expected[name], run }
}

const equal = (expected: unknown, actual: unknown): boolean => {
  const number = types.numeric(expected)
  if (number !== undefined) {
    const other = types.numeric(actual)
    // Two integers of different representation are equal only as bigints; a fraction equals no bigint.
    return other !== undefined && (typeof number === typeof other ? Object.is(number, other) : false)
  }
  if (expected === null || typeof expected !== 'object') return expected === actual
  return actual !== null && typeof actual === 'object' && exact(expected) === exact(actual)
}

/** A value as text that is the same for equal values, whatever the order of their fields. */
export const exact = (value: unknown): string => BSON.EJSON.stringify(sorted(value), { relaxed: true })

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isDocument(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  )
}

/** What stays as it is now. The driver has orders of sorting, of which the sequence counts, as maps. */
export const copied = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(copied)
  const object = value instanceof Map ? Object.fromEntries(value) : value
  if (!isDocument(object)) return value
  return Object.fromEntries(Object.entries(object).map(([key, field]) => [key, copied(field)]))
}

const isDocument = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && types.nameOf(value) === 'object'

export const show = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  const text = value instanceof Error ? String(value) : BSON.EJSON.stringify(value)
  return text.length > 500 ? `${text.slice(0, 500)}…` : text
}

function fail(expected: unknown, actual: unknown, { path }: Place): never {
  throw new Mismatch(`${path} is ${show(actual)}, where ${show(expected)} is expected`)
}
