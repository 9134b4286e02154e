/**
 * Reads of one moment, outside of a transaction: the first one with read concern `snapshot` in a session is answered
 * with its time, and later ones ask for that time by `atClusterTime`. What MongoDB keeps of the past for all, for some
 * minutes, is kept here for the session that has asked.
 */
import type { Snapshot } from '../storage/store.ts'

/** As long as MongoDB keeps history unless told otherwise, but counted from the last use. */
const idleMs = 5 * 60_000
/** Each keeps the space of what is deleted meanwhile from being used again. */
const maxPinned = 100

interface Pinned {
  readonly snapshot: Snapshot
  users: number
  isPinned: boolean
  lastUsed: number
}

export interface PinnedSnapshots {
  /** Keeps a snapshot for the session, in place of its former one. What is answered is for the first read. */
  pin(session: string, snapshot: Snapshot): Snapshot
  /** The session’s snapshot of this time, to be released by whoever reads; undefined if it is not kept, or no more. */
  at(session: string, time: bigint): Snapshot | undefined
  forgetSession(session: string): void
  forgetAll(): void
  /** Gives up what nobody has read for a long time. Runs by itself now and then. */
  reap(): void
  stop(): void
}

export const createPinnedSnapshots = ({ elapsedMs }: { elapsedMs: () => number }): PinnedSnapshots => {
  const bySession = new Map<string, Pinned>()

  const releaseUnused = (pinned: Pinned): void => {
    if (!pinned.isPinned && pinned.users === 0) pinned.snapshot.release()
  }

  const unpin = (session: string): void => {
    const pinned = bySession.get(session)
    if (!pinned) return
    bySession.delete(session)
    pinned.isPinned = false
    releaseUnused(pinned)
  }

  const use = (pinned: Pinned): Snapshot => {
    const { view, time } = pinned.snapshot
    pinned.users += 1
    pinned.lastUsed = elapsedMs()
    let isOpen = true
    return {
      view,
      time,
      release() {
        if (!isOpen) return
        isOpen = false
        pinned.users -= 1
        pinned.lastUsed = elapsedMs()
        releaseUnused(pinned)
      },
    }
  }

  const forgetAll = (): void => {
    for (const session of [...bySession.keys()]) unpin(session)
  }

  const reap = (): void => {
    const time = elapsedMs()
    for (const [session, { users, lastUsed }] of bySession) {
      if (users === 0 && time - lastUsed > idleMs) unpin(session)
    }
  }
  const reaper = setInterval(reap, 10_000)
  reaper.unref()

  return {
    pin(session, snapshot) {
      unpin(session)
      if (bySession.size >= maxPinned) {
        // The one that was pinned first: a map keeps the order.
        for (const [first] of bySession) {
          unpin(first)
          break
        }
      }
      const pinned = { snapshot, users: 0, isPinned: true, lastUsed: elapsedMs() }
      bySession.set(session, pinned)
      return use(pinned)
    },
    at(session, time) {
      const pinned = bySession.get(session)
      return pinned?.snapshot.time === time ? use(pinned) : undefined
    },
    forgetSession: unpin,
    forgetAll,
    reap,
    stop() {
      clearInterval(reaper)
      forgetAll()
    },
  }
}
