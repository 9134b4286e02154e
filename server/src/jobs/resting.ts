import { performance } from 'node:perf_hooks'
import type { Logger } from '../logger.ts'

/** What a job could not do is left alone so long, and tried again: others have their turn meanwhile. */
const restMs = 60_000

export interface Resting {
  /** The ids of what is left alone at the moment: to be left out when the job looks for what is due. */
  ids(): string[]
  /** Does one thing of many. Where that fails it is logged, and rests; the job goes on. */
  attempt(id: string, work: (id: string) => Promise<void>): Promise<void>
}

/** For jobs that do one thing after the other, of which one that always fails must not keep the others from being done. */
export function createResting(job: string, logger: Pick<Logger, 'warn'>): Resting {
  // By a clock that nobody sets.
  const until = new Map<string, number>()
  return {
    ids() {
      for (const [id, end] of until) if (end <= performance.now()) until.delete(id)
      return [...until.keys()]
    },
    async attempt(id, work) {
      try {
        await work(id)
      } catch (error) {
        logger.warn({ err: error, job, item: id }, 'a job could not do one of its things')
        until.set(id, performance.now() + restMs)
      }
    },
  }
}
