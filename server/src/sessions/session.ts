import type { SessionInfo } from '@rolecall/contract'
import type { SessionDocument } from '../access/documents.ts'

/** A session as its owner sees it; `current` is the one that asks. */
export function shown(session: SessionDocument, current: string): SessionInfo {
  return {
    id: session._id,
    current: session._id === current,
    userAgent: session.userAgent,
    createdAt: session.createdAt.toISOString(),
    lastUsedAt: session.lastUsedAt.toISOString(),
  }
}
