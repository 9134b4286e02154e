/**
 * Differences that MongoDB's documentation, or its source where that says nothing, decides for the embedded engine. Each
 * rule is as narrow as it can be told; what fits none fails the test.
 */
import { decidedPipelines } from './decided-pipelines.ts'
import { decidedReads } from './decided-reads.ts'
import { decidedWrites } from './decided-writes.ts'
import type { Difference } from './play.ts'
import { seenIn } from './seen.ts'

const rules = [...decidedWrites, ...decidedReads, ...decidedPipelines]

/** The rule that decides the difference for the engine, by what it says. */
export const decisionOn = (difference: Difference): string | undefined => {
  const seen = seenIn(difference)
  return seen && rules.find(({ fits }) => fits(seen))?.what
}
