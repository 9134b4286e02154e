/**
 * What git clients are doing at the moment, each as long as it may. A follower of the feed, after the access table: what
 * was begun by somebody who may not any more ends in the turn of the event that says so, and so before whoever took the
 * access away is answered by this node.
 */
import type { EventData, Permission } from '@rolecall/contract'
import { isAccepted } from '../access/key-access.ts'
import type { AnyPrincipal, GitPrincipal } from '../access/principal.ts'
import type { Holding } from '../access/table.ts'
import type { Clock } from '../clock.ts'
import type { EventDocument } from '../log/documents.ts'
import type { Follower } from '../log/feed.ts'
import type { Logger } from '../logger.ts'

export interface Wanted {
  readonly principal: GitPrincipal
  readonly organisation: string
  readonly application: string
  readonly needs: Permission
}

export interface Exchange {
  /** Aborted once it may not go on. */
  readonly signal: AbortSignal
  close(): void
}

export interface UnderWay extends Follower {
  /**
   * Begins an exchange, if one may.
   * @param ask asks that of the database, and throws where one may not. It is asked again whenever events may have been
   * missed
   */
  open(wanted: Wanted, ask: () => Promise<void>): Promise<Exchange>
  start(): void
  stop(): void
}

interface Parts {
  /** What somebody holds, kept exact. */
  readonly hold: (principal: AnyPrincipal, organisation: string) => Promise<Holding>
  readonly now: Clock
  readonly logger: Pick<Logger, 'warn'>
}

interface Kept extends Wanted {
  readonly ask: () => Promise<void>
  readonly controller: AbortController
  /** Absent while it is being read anew: what is asked of the database after that knows of what is missed here. */
  holding: Holding | undefined
  /** One after the other, should events be missed again meanwhile. */
  asking: Promise<void>
}

/** How often is looked for tokens and API keys whose time is over. */
const tickMs = 1_000

export function createUnderWay({ hold, now, logger }: Parts): UnderWay {
  const kept = new Set<Kept>()
  let ticking: NodeJS.Timeout | undefined

  async function askAnew(one: Kept): Promise<void> {
    one.holding?.release()
    one.holding = undefined
    if (!kept.has(one)) return
    try {
      one.holding = await hold(one.principal, one.organisation)
      await one.ask()
    } catch (error) {
      // Who cannot be asked about is not served on either.
      logger.warn({ err: error, application: one.application }, 'a clone or push could not be asked about, and ends')
      one.controller.abort()
    } finally {
      if (!kept.has(one)) one.holding?.release()
    }
  }

  return {
    async open(wanted, ask) {
      // Before it is asked: what changes from then on is heard of.
      const holding = await hold(wanted.principal, wanted.organisation)
      const one: Kept = { ...wanted, ask, holding, controller: new AbortController(), asking: Promise.resolve() }
      const close = () => {
        kept.delete(one)
        one.holding?.release()
      }
      kept.add(one)
      try {
        await ask()
      } catch (error) {
        close()
        throw error
      }
      return { signal: one.controller.signal, close }
    },
    apply(event) {
      for (const one of kept) if (isEndedBy(event, one, now())) one.controller.abort()
    },
    reset() {
      for (const one of kept) one.asking = one.asking.then(() => askAnew(one))
    },
    start() {
      ticking ??= setInterval(() => {
        for (const one of kept) if (isOver(one, now())) one.controller.abort()
      }, tickMs)
    },
    stop() {
      clearInterval(ticking)
    },
  }
}

/** Whether what somebody signed in with is accepted no longer, as far as the time alone tells. */
function isOver({ principal, holding }: Kept, at: Date): boolean {
  if (principal.kind === 'token') return principal.expiresAt <= at
  const times = holding?.current()?.times
  return times !== undefined && !isAccepted(times, principal.generation, at)
}

function isEndedBy(event: EventDocument, one: Kept, at: Date): boolean {
  const { principal, organisation, application, needs, holding } = one
  if (event.type === 'token.deleted' && principal.kind === 'token') {
    const { tokens } = event.data as EventData<'token.deleted'>
    return tokens.some(({ id }) => id === principal.token)
  }
  if (event.log !== organisation) return false
  if (event.type === 'application.deleted') {
    return (event.data as EventData<'application.deleted'>).application.id === application
  }
  // The table has applied the event already.
  return isOver(one, at) || (holding !== undefined && holding.current()?.permissions.has(needs) !== true)
}
