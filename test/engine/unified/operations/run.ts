import { AbstractCursor, ChangeStream, Collection, type Document } from 'mongodb'
import { withConcerns } from '../concerns.ts'
import type { KindName } from '../entities.ts'
import { checkError } from '../expected-error.ts'
import { checkKeys, checkOperation, type Operation, Unknown } from '../format.ts'
import { Mismatch, match, show } from '../match.ts'
import { asDocument } from '../results.ts'
import { bucketOperations } from './bucket.ts'
import { clientOperations } from './client.ts'
import { collectionOperations } from './collection.ts'
import { cursorOperations } from './cursor.ts'
import { databaseOperations } from './database.ts'
import { type EntityOperation, operationOf } from './operation.ts'
import { sessionOperations } from './session.ts'
import { runSpecial, type Stage } from './test-runner.ts'

/** Runs one operation of a test and checks its result or its error, which it gives if one was expected. */
export const runOperation = async (operation: Operation, stage: Stage): Promise<{ thrown: unknown } | undefined> => {
  checkOperation(operation)
  const { name, object, expectError, expectResult, ignoreResultAndError, saveResultAsEntity } = operation
  if (object === 'testRunner') {
    await runSpecial(name, operation.arguments ?? {}, stage)
    return undefined
  }
  const { entities } = stage
  const { known, ask } = callOf(operation, stage)
  let result: unknown
  try {
    result = await ask()
  } catch (thrown) {
    if (isFinding(thrown)) throw thrown
    if (expectError) checkError(expectError, thrown, entities)
    else if (!ignoreResultAndError) throw thrown
    return { thrown }
  }
  if (expectError) throw new Mismatch(`${name} gave ${show(result)}, where an error is expected`)
  if (expectResult !== undefined) checkResult(operation, known, result, stage)
  if (saveResultAsEntity !== undefined) save(saveResultAsEntity, result, stage)
  return undefined
}

/** What the runner has found is never an error that a test expects. */
const isFinding = (error: unknown): boolean => error instanceof Mismatch || error instanceof Unknown

interface Call {
  readonly known: Pick<EntityOperation<never>, 'takes' | 'givesDocuments'>
  readonly ask: () => Promise<unknown>
}

const callOf = ({ name, object, arguments: named = {} }: Operation, stage: Stage): Call => {
  const { entities } = stage
  const given = resolved(named, stage)
  const nested = async (operations: readonly Operation[]): Promise<void> => {
    for (const inner of operations) {
      const failed = await runOperation(inner, stage)
      if (failed) throw failed.thrown
    }
  }
  const call = <Target>(operations: Readonly<Record<string, EntityOperation<Target>>>, target: Target): Call => {
    const known = operationOf(operations, entities.kindOf(object), name)
    checkKeys(`The operation ${name}`, given, known.takes)
    return { known, ask: async () => known.run(target, given, { nested }) }
  }
  const calls: { readonly [Kind in KindName]: () => Call } = {
    client: () => call(clientOperations, entities.get('client', object).client),
    database: () => call(databaseOperations, entities.get('database', object)),
    collection: () => call(collectionOperations, entities.get('collection', object)),
    session: () => call(sessionOperations, entities.get('session', object).session),
    bucket: () => call(bucketOperations, entities.get('bucket', object)),
    cursor: () => call(cursorOperations, entities.get('cursor', object)),
    changeStream: () => call(cursorOperations, entities.get('changeStream', object)),
    value: () => call({}, undefined),
  }
  return calls[entities.kindOf(object)]()
}

/** Sessions by their names, concerns as the driver has them. */
const resolved = (given: Document, { entities }: Stage): Document => {
  const converted = withConcerns(given)
  if (given.session !== undefined) converted.session = entities.get('session', given.session).session
  return converted
}

const checkResult = ({ name, expectResult }: Operation, known: Call['known'], result: unknown, stage: Stage): void => {
  // A driver gives null where there is nothing.
  const actual = result === undefined ? undefined : asDocument(result)
  const place = { path: `the result of ${name}`, isRoot: true, entities: stage.entities }
  if (!known.givesDocuments || !Array.isArray(expectResult) || !Array.isArray(actual)) {
    match(expectResult, actual, place)
    return
  }
  if (actual.length !== expectResult.length) {
    throw new Mismatch(`${place.path} is ${show(actual)}, where ${show(expectResult)} is expected`)
  }
  expectResult.forEach((expected, index) => {
    match(expected, actual[index], { ...place, path: `${place.path}[${index}]` })
  })
}

const save = (name: string, result: unknown, { entities }: Stage): void => {
  if (result === undefined) throw new Unknown(`There is no result to be kept as ${name}`)
  if (result instanceof ChangeStream) entities.add('changeStream', name, result)
  else if (result instanceof AbstractCursor) entities.add('cursor', name, result)
  else if (result instanceof Collection) entities.add('collection', name, result)
  else entities.add('value', name, result)
}
