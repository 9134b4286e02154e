/** Removes what nothing of a repository points to any more, as what a deleted branch leaves. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import { environment } from './git.ts'
import { endGroup, lastWords } from './processes.ts'

export interface MakeRoom {
  /** Answers whether there may be more room now; false where it was made so short a time ago that there is none. */
  make(application: string): Promise<boolean>
  stop(): Promise<void>
}

interface Parts {
  readonly pathOf: (application: string) => string
  readonly now: Clock
  readonly logger: Pick<Logger, 'warn'>
}

const timeoutMs = 10 * 60_000
/** It takes git long, and what it leaves is in use or not old enough. */
const againMs = 10 * 60_000
/** Longer than a push takes: what it brings, or has found there, is younger. */
const youngest = '2.hours.ago'
const maxKnown = 1_000

export function createMakeRoom({ pathOf, now, logger }: Parts): MakeRoom {
  const madeAt = new Map<string, number>()
  /** One after the other: each has a processor for itself, and much memory. */
  let last: Promise<void> = Promise.resolve()
  const stopping = new AbortController()

  async function collect(application: string): Promise<void> {
    if (stopping.signal.aborted) return
    const path = pathOf(application)
    const settings = ['-c', `safe.directory=${path}`, '-c', 'pack.threads=1', '-c', 'pack.windowMemory=64m']
    const command = [...settings, '--git-dir', path, 'gc', '--quiet', `--prune=${youngest}`]
    // A group of its own, so that all of it can be ended.
    const child = spawn('git', command, { detached: true, stdio: ['ignore', 'ignore', 'pipe'], env: environment() })
    const said = lastWords(child)
    const end = () => endGroup(child)
    const timer = setTimeout(end, timeoutMs)
    stopping.signal.addEventListener('abort', end)
    try {
      const [code] = await once(child, 'close')
      if (code !== 0) logger.warn({ application, said: said() }, 'git could not make room in a repository')
    } finally {
      clearTimeout(timer)
      stopping.signal.removeEventListener('abort', end)
    }
  }

  return {
    async make(application) {
      const at = now().getTime()
      if (at - (madeAt.get(application) ?? 0) < againMs) return false
      if (madeAt.size >= maxKnown) madeAt.clear()
      madeAt.set(application, at)
      const made = last.then(() => collect(application))
      last = made.catch(() => undefined)
      await made
      return true
    },
    async stop() {
      stopping.abort()
      await last
    },
  }
}
