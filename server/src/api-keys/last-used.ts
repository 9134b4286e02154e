import type { AccessModels } from '../access/documents.ts'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'

/** Kept to the minute: it is not worth a write for each request, which nobody waits for either. */
const usedForMs = 60_000
/** More keys than are used within a minute are written once more often. */
const maxRemembered = 10_000

export interface LastUsed {
  /** The key is used at this moment. */
  note(key: string): void
  /** Resolves once nothing is being written any more. */
  stop(): Promise<void>
}

export function createLastUsed({
  models: { apiKeys },
  now,
  logger,
}: {
  readonly models: Pick<AccessModels, 'apiKeys'>
  readonly now: Clock
  readonly logger: Pick<Logger, 'warn'>
}): LastUsed {
  /** When each was written last, the one first that was longest ago. */
  const written = new Map<string, number>()
  const writing = new Set<Promise<void>>()

  async function write(key: string, at: Date): Promise<void> {
    try {
      await apiKeys.updateOne({ _id: key }, { $max: { lastUsedAt: at } })
    } catch (error) {
      logger.warn({ err: error, key }, 'when an API key was used could not be written')
    }
  }

  return {
    note(key) {
      const at = now()
      const last = written.get(key)
      // A clock that was set back would have it written at each request, or never.
      if (last !== undefined && Math.abs(at.getTime() - last) < usedForMs) return
      written.delete(key)
      written.set(key, at.getTime())
      const [oldest] = written.keys()
      if (written.size > maxRemembered && oldest !== undefined) written.delete(oldest)
      const one = write(key, at).finally(() => writing.delete(one))
      writing.add(one)
    },
    async stop() {
      await Promise.all(writing)
    },
  }
}
