import { setMaxListeners } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from '../logger.ts'

export interface Job {
  readonly name: string
  readonly everyMs: number
  /** Works in pieces, and ends after the present one when it is told to stop. */
  readonly run: (stopping: AbortSignal) => Promise<void>
}

export interface Jobs {
  /** Resolves once no job runs any more. */
  stop(): Promise<void>
}

/** Runs each job now and again. One that fails is tried again at its next time: nothing depends on when they run. */
export function startJobs(jobs: readonly Job[], logger: Logger): Jobs {
  const stopping = new AbortController()
  // All wait for it, and Node takes more than ten for a leak.
  setMaxListeners(jobs.length, stopping.signal)

  async function repeat({ name, everyMs, run }: Job): Promise<void> {
    while (!stopping.signal.aborted) {
      // Spread, so that nodes that start together do not work together.
      const delayMs = everyMs * (0.5 + Math.random())
      const isOver = await wait(delayMs, false, { signal: stopping.signal }).catch(() => true)
      if (isOver) return
      await run(stopping.signal).catch((error: unknown) => logger.warn({ err: error, job: name }, 'a job failed'))
    }
  }

  const running = jobs.map(repeat)
  return {
    async stop() {
      stopping.abort()
      await Promise.all(running)
    },
  }
}
