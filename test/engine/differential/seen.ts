/** A difference as rules look into it. */
import { type Document, EJSON } from 'bson'
import type { Operation } from './operations.ts'
import type { Difference } from './play.ts'

export interface Seen {
  readonly operation: Operation
  readonly kind: Difference['kind']
  /** All of the command as text. */
  readonly text: string
  readonly before: string
  readonly ours: Outcome
  readonly theirs: Outcome
}

interface Outcome {
  readonly text: string
  /** Of the command, or of its statements that failed. */
  readonly codes: readonly number[]
}

/** Where SecantusDB differs from what MongoDB documents or does, and the embedded engine does not. */
export interface Rule {
  readonly what: string
  readonly source: string
  readonly fits: (seen: Seen) => boolean
}

export const manual = 'https://www.mongodb.com/docs/v7.0'
export const server = 'https://github.com/mongodb/mongo/blob/r7.0.0/src/mongo'

/** We refuse a command or a statement with one of the codes, which they do not. */
export const refusedByUsAlone = ({ ours, theirs }: Seen, ...codes: readonly number[]): boolean =>
  ours.codes.length > theirs.codes.length && ours.codes.some((code) => codes.includes(code))

export const bothAccept = ({ ours, theirs }: Seen): boolean => ours.codes.length === 0 && theirs.codes.length === 0

/** The same in another order: of fields or of elements. */
export const isReordered = ({ ours, theirs }: Seen): boolean =>
  ours.text !== theirs.text && [...ours.text].sort().join('') === [...theirs.text].sort().join('')

export const isUpdating = ({ operation }: Seen): boolean => ['update', 'findAndModify'].includes(operation.name)

export const operatorsOf = ({ operation: { body } }: Seen): Set<string> => {
  const updates: Document[] = [body.update, ...(body.updates ?? []).map(({ u }: Document) => u)].filter(Boolean)
  return new Set(updates.flatMap((update) => Object.keys(update)))
}

export const isPipeline = ({ operation: { name, body } }: Seen): boolean =>
  name === 'aggregate' || Array.isArray(body.update) || body.updates?.some(({ u }: Document) => Array.isArray(u))

const outcomeOf = (text: string): Outcome => ({
  text,
  codes: [...text.matchAll(/"code":\{"\$numberInt":"(\d+)"\}/g)].map(([, code]) => Number(code)),
})

/** Nothing for the end of a transaction, whose answers no rule is about. */
export const seenIn = ({ step: { operation }, kind, before, ours, theirs }: Difference): Seen | undefined =>
  typeof operation === 'string'
    ? undefined
    : {
        operation,
        kind,
        text: EJSON.stringify(operation.body, { relaxed: false }),
        before,
        ours: outcomeOf(ours),
        theirs: outcomeOf(theirs),
      }
