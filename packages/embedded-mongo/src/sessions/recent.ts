import type { Doc } from '../values/doc.ts'

/** As `logicalSessionTimeoutMinutes` in hello says. */
const timeoutMs = 30 * 60_000

/** The sessions that have asked something lately, for whoever wants a list of them. */
export interface RecentSessions {
  used(session: string, lsid: Doc): void
  forget(session: string): void
  forgetAll(): void
  all(): Iterable<{ readonly lsid: Doc; readonly lastUse: Date }>
}

interface RecentSession {
  readonly lsid: Doc
  /** What is shown; whether it is long ago is seen by `usedAt`. */
  readonly lastUse: Date
  readonly usedAt: number
}

export const createRecentSessions = ({
  now,
  elapsedMs,
}: {
  now: () => number
  elapsedMs: () => number
}): RecentSessions => {
  // In the order of their last use, so that the oldest are found first.
  const sessions = new Map<string, RecentSession>()
  const dropOld = (): void => {
    for (const [session, { usedAt }] of sessions) {
      if (elapsedMs() - usedAt < timeoutMs) return
      sessions.delete(session)
    }
  }
  return {
    used(session, lsid) {
      sessions.delete(session)
      sessions.set(session, { lsid, lastUse: new Date(now()), usedAt: elapsedMs() })
      dropOld()
    },
    forget: (session) => sessions.delete(session),
    forgetAll: () => sessions.clear(),
    all: () => sessions.values(),
  }
}
