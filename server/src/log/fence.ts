import { setImmediate as endOfTurn, setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { FeedInterrupted } from './feed-interrupted.ts'

/** What a fence waits for, of the feed that it belongs to. */
interface Fenced {
  readonly applied: (log: string, seq: number, timeoutMs: number) => Promise<boolean>
  readonly barrier: () => Promise<void>
  /** Resolves once every other node has applied what had been committed, or holds no lease. */
  readonly others: () => Promise<void>
  /** Has the feed begin anew. */
  readonly interrupt: (reason: string) => void
  readonly withinMs: number
  readonly logger: Logger
}

/** Nearly every event is applied within this time after its commit. */
const quickMs = 100

/** Waits until an event has been applied here, which ends in time whatever happens, and then for the other nodes. */
export function createFence({
  applied,
  barrier,
  others,
  interrupt,
  withinMs,
  logger,
}: Fenced): (log: string, seq: number) => Promise<void> {
  async function here(log: string, seq: number): Promise<void> {
    const until = performance.now() + withinMs
    if (await applied(log, seq, quickMs)) {
      // What was pushed in the same turn of the loop leaves for the network at its end.
      await endOfTurn()
      return
    }
    // An answer that appended nothing may name an event from before this stream: then a pulse shows that all that was
    // committed has been applied. A reset is a fence too.
    const passed = barrier().then(
      () => true,
      (error: unknown) => error instanceof FeedInterrupted,
    )
    if (await Promise.race([passed, pause(until - performance.now(), false)])) return
    // As with the pulse: after a long pause of this process it may lie unread in the socket.
    await endOfTurn()
    await endOfTurn()
    if (await applied(log, seq, 0)) {
      await endOfTurn()
      return
    }
    logger.warn({ log, seq }, 'an event was not applied in time')
    interrupt('an event was not applied in time')
  }

  return async (log, seq) => {
    await here(log, seq)
    await others()
  }
}
