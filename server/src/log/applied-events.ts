import type { EventDocument } from './documents.ts'

/** Which events have been applied on this node, for whoever waits for one. */
export interface AppliedEvents {
  note(event: EventDocument): void
  /** Resolves with true once the event at `seq` has been applied, with false when that is not so within the time. */
  until(log: string, seq: number, timeoutMs: number): Promise<boolean>
  /** Forgets everything; whoever waits is answered false. */
  clear(): void
}

const rememberedLogs = 10_000

export function createAppliedEvents(): AppliedEvents {
  /** Positions by log, the one that was applied longest ago first. */
  const last = new Map<string, number>()
  const waiting = new Set<{ log: string; seq: number; resolve: (isApplied: boolean) => void }>()

  return {
    note({ log, seq }) {
      last.delete(log)
      last.set(log, seq)
      const [oldest] = last.keys()
      if (last.size > rememberedLogs && oldest !== undefined) last.delete(oldest)
      for (const one of waiting) if (one.log === log && one.seq <= seq) one.resolve(true)
    },
    until(log, seq, timeoutMs) {
      if ((last.get(log) ?? 0) >= seq) return Promise.resolve(true)
      return new Promise((resolve) => {
        const one = {
          log,
          seq,
          resolve: (isApplied: boolean) => {
            clearTimeout(timer)
            waiting.delete(one)
            resolve(isApplied)
          },
        }
        const timer = setTimeout(() => one.resolve(false), timeoutMs)
        waiting.add(one)
      })
    },
    clear() {
      last.clear()
      for (const { resolve } of waiting) resolve(false)
    },
  }
}
