import type { Document } from 'mongodb'

/**
 * MongoDB's unified test format, as far as the runner reads it. What a file says beyond these fields is either known
 * to the module that serves it, or fails the test.
 */
export interface TestFile {
  readonly description: string
  readonly schemaVersion: string
  readonly runOnRequirements?: readonly Requirement[]
  readonly createEntities?: readonly EntityDescription[]
  readonly initialData?: readonly CollectionData[]
  readonly tests: readonly Test[]
}

export interface Requirement {
  readonly minServerVersion?: string
  readonly maxServerVersion?: string
  readonly topologies?: readonly string[]
  readonly serverless?: 'require' | 'forbid' | 'allow'
  readonly serverParameters?: Document
  readonly auth?: boolean
  readonly authMechanism?: string
  readonly csfle?: boolean | Document
}

/** One key, the kind of entity, and what it is made of. */
export type EntityDescription = Readonly<Record<string, Document & { readonly id: string }>>

export interface CollectionData {
  readonly collectionName: string
  readonly databaseName: string
  readonly createOptions?: Document
  readonly documents: readonly Document[]
}

export interface Test {
  readonly description: string
  readonly runOnRequirements?: readonly Requirement[]
  readonly skipReason?: string
  readonly operations: readonly Operation[]
  readonly expectEvents?: readonly ExpectedEvents[]
  readonly outcome?: readonly CollectionData[]
}

export interface Operation {
  readonly name: string
  readonly object: string
  readonly arguments?: Document
  readonly ignoreResultAndError?: boolean
  readonly expectError?: Document
  readonly expectResult?: unknown
  readonly saveResultAsEntity?: string
}

export interface ExpectedEvents {
  readonly client: string
  readonly eventType?: 'command' | 'cmap' | 'sdam'
  readonly events: readonly ExpectedEvent[]
  readonly ignoreExtraEvents?: boolean
}

/** One key, the kind of event, and what is expected of it. */
export type ExpectedEvent = Readonly<Record<string, Document>>

/** A thing of a test file that this runner does not know. It fails the test, never skips it. */
export class Unknown extends Error {
  override readonly name = 'Unknown'
}

/** Refuses what a part of a file has beyond the fields that the runner serves there. */
export const checkKeys = (what: string, value: object, known: readonly string[]): void => {
  const others = Object.keys(value).filter((key) => !known.includes(key))
  if (others.length > 0) throw new Unknown(`${what} has ${others.join(', ')}, which this runner does not know`)
}

const fileKeys = [
  'description',
  'schemaVersion',
  'runOnRequirements',
  'createEntities',
  'initialData',
  'tests',
  '_yamlAnchors',
]
const testKeys = ['description', 'runOnRequirements', 'skipReason', 'operations', 'expectEvents', 'outcome']
const operationKeys = [
  'name',
  'object',
  'arguments',
  'ignoreResultAndError',
  'expectError',
  'expectResult',
  'saveResultAsEntity',
]
const newestMinor = 28

/** Refuses a file or a test with parts that would otherwise go unchecked. */
export const checkFormat = (file: TestFile, test: Test): void => {
  const [major, minor = 0] = version(file.schemaVersion)
  if (major !== 1 || minor > newestMinor) throw new Unknown(`Schema version ${file.schemaVersion}`)
  checkKeys('The file', file, fileKeys)
  checkKeys('The test', test, testKeys)
}

/** Refuses parts of an operation that exclude each other, which the format forbids. */
export const checkOperation = (operation: Operation): void => {
  checkKeys(`The operation ${operation.name}`, operation, operationKeys)
  const { expectError, expectResult, saveResultAsEntity, ignoreResultAndError } = operation
  const isWrong =
    (expectError && (expectResult !== undefined || saveResultAsEntity !== undefined)) ||
    (ignoreResultAndError && (expectError || expectResult !== undefined || saveResultAsEntity !== undefined))
  if (isWrong) throw new Unknown(`The operation ${operation.name} expects what excludes each other`)
}

/** `4.9.0-alpha` is 4.9.0 here. */
export const version = (text: string): readonly number[] =>
  [...text.split(/[.-]/), '0', '0'].slice(0, 3).map((part) => Number.parseInt(part, 10) || 0)

export const compareVersions = (a: readonly number[], b: readonly number[]): number => {
  for (let place = 0; place < 3; place += 1) {
    const difference = (a[place] ?? 0) - (b[place] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
