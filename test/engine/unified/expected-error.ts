import {
  BSON,
  type Document,
  MongoBulkWriteError,
  MongoClientBulkWriteError,
  MongoError,
  MongoServerError,
} from 'mongodb'

import { checkKeys } from './format.ts'
import { type Lookup, Mismatch, match, show } from './match.ts'
import { asDocument, failedBulkWrite, fromMap } from './results.ts'

type Check = (expected: never, error: Error, entities: Lookup) => void

const holds = (condition: boolean, message: string, error: Error): void => {
  if (!condition) throw new Mismatch(`${message}: ${error}`)
}

/** The errors that one error of a bulk write stands for. */
const within = (error: Error): readonly Document[] => {
  if (!(error instanceof MongoServerError)) return []
  const { errorResponse, result, writeErrors, cause } = error
  const single = Array.isArray(writeErrors) ? writeErrors : writeErrors ? [writeErrors] : []
  const concern = result?.getWriteConcernError?.() ?? result?.writeConcernError
  return [error, errorResponse, cause, ...single, concern].filter((part) => part !== undefined && part !== null)
}

const labelsOf = (error: Error): readonly string[] => (error instanceof MongoError ? error.errorLabels : [])

const root = (path: string, entities: Lookup) => ({ path, isRoot: true, entities })

/** A top-level error of a client's bulk write is the cause of what is thrown. */
const decisive = (error: Error): Error =>
  error instanceof MongoClientBulkWriteError && error.cause instanceof Error ? error.cause : error

const resultOf = (error: Error): unknown => {
  if (error instanceof MongoBulkWriteError) return failedBulkWrite(error.result)
  if (error instanceof MongoClientBulkWriteError) return asDocument(error.partialResult)
  return undefined
}

const checks = {
  isError: () => undefined,
  isClientError: (expected: boolean, error) =>
    holds(expected !== decisive(error) instanceof MongoServerError, `isClientError is not ${expected}`, error),
  errorContains: (expected: string, error) =>
    holds(
      [decisive(error).message, ...within(error).map(({ message, errmsg }) => message ?? errmsg)].some((text) =>
        String(text).toLowerCase().includes(expected.toLowerCase()),
      ),
      `The error does not contain '${expected}'`,
      error,
    ),
  errorCode: (expected: number, error) => {
    const { code } = decisive(error) as MongoServerError
    holds(code === expected, `The error has code ${code}, where ${expected} is expected`, error)
  },
  errorCodeName: (expected: string, error) => {
    const names = within(error).map(({ codeName }) => String(codeName).toLowerCase())
    holds(names.includes(expected.toLowerCase()), `The error is not ${expected} but ${names}`, error)
  },
  errorLabelsContain: (expected: readonly string[], error) => {
    const labels = labelsOf(error)
    holds(
      expected.every((label) => labels.includes(label)),
      `The error has not all of ${expected} but ${labels}`,
      error,
    )
  },
  errorLabelsOmit: (expected: readonly string[], error) => {
    const labels = labelsOf(error)
    holds(!expected.some((label) => labels.includes(label)), `The error has one of ${expected}: ${labels}`, error)
  },
  writeErrors: (expected: Document, error, entities) => {
    const actual = error instanceof MongoClientBulkWriteError ? fromMap(error.writeErrors) : undefined
    const indexes = Object.keys(expected)
    match(indexes.length, Object.keys(actual ?? {}).length, root('the number of write errors', entities))
    for (const index of indexes) match(expected[index], actual?.[index], root(`writeErrors.${index}`, entities))
  },
  writeConcernErrors: (expected: readonly Document[], error, entities) => {
    const actual = error instanceof MongoClientBulkWriteError ? error.writeConcernErrors : []
    match(expected.length, actual.length, root('the number of write concern errors', entities))
    expected.forEach((one, index) => {
      match(one, actual[index], root(`writeConcernErrors[${index}]`, entities))
    })
  },
  errorResponse: (expected: Document, error, entities) => {
    const response =
      decisive(error) instanceof MongoServerError ? (decisive(error) as MongoServerError).errorResponse : undefined
    match(expected, response, root('the response', entities))
  },
  expectResult: (expected: unknown, error, entities) => match(expected, resultOf(error), root('the result', entities)),
} satisfies Readonly<Record<string, Check>>

/** Holds an error against what is expected of it. One that neither driver nor server made is never expected. */
export const checkError = (expected: Document, thrown: unknown, entities: Lookup): void => {
  checkKeys('What is expected of an error', expected, Object.keys(checks))
  if (!(thrown instanceof MongoError || thrown instanceof BSON.BSONError)) throw thrown
  if (Object.keys(expected).length === 0) throw new Mismatch(`Nothing is expected of the error ${show(thrown)}`)
  for (const [name, value] of Object.entries(expected)) {
    // The name is one of the table's, as was checked, and its value is of that name.
    const check = checks[name as keyof typeof checks] as (value: unknown, error: Error, entities: Lookup) => void
    check(value, thrown, entities)
  }
}
