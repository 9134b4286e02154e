import { expectedFailure } from './expected-failures.ts'
import { Mismatch } from './match.ts'
import { reasonToSkip, runTest } from './runner.ts'
import type { Server } from './server.ts'
import type { Case } from './specifications.ts'

/** What came of a test. One that was expected to fail and passes has failed. */
export type Verdict =
  | { readonly result: 'passed' | 'expected' }
  | { readonly result: 'skipped'; readonly reason: string }
  | { readonly result: 'failed'; readonly error: unknown }

export const verdictOn = async ({ file, test, name }: Case, server: Server): Promise<Verdict> => {
  try {
    const reason = reasonToSkip(file, test, server)
    if (reason) return { result: 'skipped', reason }
  } catch (error) {
    return { result: 'failed', error }
  }
  const expected = expectedFailure(name, test.description)
  try {
    await runTest(file, test, server)
  } catch (error) {
    return expected ? { result: 'expected' } : { result: 'failed', error }
  }
  if (!expected) return { result: 'passed' }
  return { result: 'failed', error: new Mismatch(`passes, though it is expected to fail: ${expected.reason}`) }
}
