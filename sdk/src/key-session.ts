import { createEmitter } from './live/emitter.ts'
import type { SessionKeeper, SessionMessages } from './session.ts'

/** Longer than any connection, and no longer than a timer can wait. */
const neverMs = 2 ** 30

/** Of a client that acts as an API key: there is nothing to renew, and nobody to sign in or out. */
export function createKeySession(apiKey: string): SessionKeeper {
  const { on } = createEmitter<SessionMessages>()
  return {
    accessToken: async (refused) => (refused === apiKey ? undefined : apiKey),
    adopt: async () => undefined,
    restore: async () => false,
    end: async () => undefined,
    refreshDueInMs: () => neverMs,
    on,
    close: () => undefined,
  }
}
