import { createEntities } from './entities.ts'
import { checkEvents } from './events.ts'
import { createFailPoints } from './fail-points.ts'
import { checkFormat, type Test, type TestFile } from './format.ts'
import { runOperation } from './operations/run.ts'
import type { Stage } from './operations/test-runner.ts'
import { checkOutcome, prepareData } from './outcome.ts'
import { unmet } from './requirements.ts'
import type { Server } from './server.ts'
import { timeLimit } from './time-limit.ts'

/** Longer than any wait of a test, shorter than the patience of whoever runs them. */
const testTimeoutMs = 20_000

/** Why a test is not for this server, or undefined if it is. */
export const reasonToSkip = (file: TestFile, test: Test, { facts }: Server): string | undefined =>
  unmet(file.runOnRequirements, facts) ??
  unmet(test.runOnRequirements, facts) ??
  (test.skipReason === undefined ? undefined : `what its authors wait for: ${test.skipReason}`)

/**
 * Runs a test to its end: every operation, its result or its error, the events, what the collections hold then. Throws
 * if anything was otherwise than the file says, or if the file says something that this runner does not know.
 */
export const runTest = async (file: TestFile, test: Test, server: Server): Promise<void> => {
  checkFormat(file, test)
  await prepareData(server.client, file.initialData ?? [])
  const entities = createEntities(server.uri)
  const stage: Stage = { entities, failPoints: createFailPoints(), server }
  let hasPassed = false
  try {
    await entities.create(file.createEntities ?? [])
    await timeLimit(testTimeoutMs, 'The operations do not end', runOperations(test, stage))
    entities.stopObserving()
    await stage.failPoints.clear(server.client)
    for (const expected of test.expectEvents ?? []) {
      checkEvents(expected, entities.get('client', expected.client).observer, entities)
    }
    await checkOutcome(server.client, test.outcome ?? [])
    hasPassed = true
  } finally {
    await stage.failPoints.clear(server.client)
    await entities.close()
    // A transaction that is left open would hold its locks against the next test.
    if (!hasPassed || usesTransactions(test)) await server.client.db('admin').command({ killAllSessions: [] })
  }
}

const runOperations = async (test: Test, stage: Stage): Promise<void> => {
  for (const operation of test.operations) await runOperation(operation, stage)
}

const usesTransactions = ({ operations }: Test): boolean =>
  operations.some(({ name }) => name === 'startTransaction' || name === 'withTransaction')
