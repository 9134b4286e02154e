/** Sessions that ended while their sockets were being admitted: whoever comes too late is refused all the same. */
export interface EndedSessions {
  add(sessions: readonly string[]): void
  has(session: string): boolean
}

/** Longer than a handshake can take. */
const rememberedForMs = 60_000

export function createEndedSessions(): EndedSessions {
  const endedAt = new Map<string, number>()
  return {
    add(sessions) {
      const now = performance.now()
      for (const session of sessions) endedAt.set(session, now)
      for (const [session, at] of endedAt) {
        if (now - at < rememberedForMs) break
        endedAt.delete(session)
      }
    },
    has: (session) => endedAt.has(session),
  }
}
