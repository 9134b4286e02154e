/** Which sessions are open, kept exact by the feed, so that a token is not looked up at each use. */
import { problem } from '@rolecall/contract'
import { available } from '../database/unreachable.ts'
import type { AccessModels } from './documents.ts'
import type { Principal } from './principal.ts'

export interface SessionTable {
  isOpen(principal: Principal): Promise<boolean>
  /** Whether it ended a moment ago: for whoever asked before, and acts only now. */
  hasEnded(session: string): boolean
  end(sessions: readonly string[]): void
  reset(): void
}

const maxOpen = 10_000
const maxAttempts = 5
/** Longer than a handshake, or a look-up, can take. */
const endedForMs = 60_000

export function createSessionTable({ sessions }: Pick<AccessModels, 'sessions'>): SessionTable {
  /** Accounts by session, the one that was used longest ago first. */
  const open = new Map<string, string>()
  const endedAt = new Map<string, number>()
  let history = 0

  function remember({ session, account }: Principal): void {
    open.delete(session)
    open.set(session, account)
    const [oldest] = open.keys()
    if (open.size > maxOpen && oldest !== undefined) open.delete(oldest)
  }

  return {
    async isOpen(principal) {
      const { session, account } = principal
      if (open.get(session) === account) {
        remember(principal)
        return true
      }
      for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
        const readIn = history
        const found = await available(sessions.findOne({ _id: session, account }, { _id: 1 }).lean())
        if (found === null || endedAt.has(session)) return false
        if (readIn === history) {
          remember(principal)
          return true
        }
        // Read before a reset: whether it ended since is not known to be heard.
      }
      throw problem('unavailable')
    },
    hasEnded: (session) => endedAt.has(session),
    end(ended) {
      const at = performance.now()
      for (const session of ended) {
        open.delete(session)
        endedAt.set(session, at)
      }
      for (const [session, since] of endedAt) {
        if (at - since < endedForMs) break
        endedAt.delete(session)
      }
    },
    reset() {
      history += 1
      open.clear()
    },
  }
}
