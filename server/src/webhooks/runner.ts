/** The loop of one endpoint on one node: opens it, sends, opens it anew when something changed, and lets it rest. */
import { ProblemError } from '@rolecall/contract'
import { mongo } from 'mongoose'
import { isUnreachable } from '../database/unreachable.ts'
import type { Logger } from '../logger.ts'
import { type Opened, type OpeningParts, open } from './opened.ts'
import { createSending, type Sending, type SendingParts } from './sending.ts'
import { createSignal } from './signal.ts'
import { type StopParts, stopEndpoint } from './stop-endpoint.ts'

/** Why a runner ended: there is nothing to do, somebody else does it, or it failed and is to rest. */
export type Ending = 'over' | { readonly heldForMs: number } | { readonly restMs: number }

export interface Runner {
  /** Never rejects. */
  readonly ended: Promise<Ending>
  /** There may be something to do. */
  wake(): void
  /** Whether it was woken since it looked last. */
  isWoken(): boolean
  /** The endpoint was changed: it is read again before anything else is sent. */
  outdate(): void
  /** To be called about every second: leases are renewed, times looked at. */
  tick(): void
  /** Nothing more is sent; ends once nothing is under way. */
  stop(): void
  /** Breaks off what is under way, which is sent again later. */
  cut(): void
}

export interface RunnerParts extends OpeningParts, SendingParts, StopParts {
  readonly models: OpeningParts['models'] & StopParts['models']
  /** Lets a few endpoints be opened at a time. */
  readonly gate: <Value>(task: () => Promise<Value>) => Promise<Value>
  readonly logger: Logger
}

const idleMs = 30_000
/** An endpoint that only passed events by. */
const idleUnusedMs = 3_000
/** After a failure of the database, which is over in a moment or is not, and after any other, which somebody must mend. */
const restMs = { expected: 2_000, other: 60_000 }

export function createRunner(id: string, parts: RunnerParts): Runner {
  const { gate, logger } = parts
  const signal = createSignal()
  let isStopping = false
  let isOutdated = false
  /** Since it looked last, and not only by the clock. */
  let isWoken = false
  let sending: Sending | undefined
  let keeping: Promise<void> | undefined

  async function run(): Promise<Ending> {
    while (!isStopping) {
      // Before anything is read: what changes from here on is read again.
      isOutdated = false
      isWoken = false
      const opened = await gate(() => open(id, parts))
      if (opened === 'stopped') return 'over'
      if ('heldForMs' in opened) return opened
      if ((await serve(opened)) === 'over') return 'over'
    }
    return 'over'
  }

  async function serve(opened: Opened): Promise<'over' | 'anew'> {
    const stop = (reason: Parameters<typeof stopEndpoint>[2]) => stopEndpoint(parts, opened, reason)
    const current = createSending(opened, signal, parts, { stop, isStale: () => isOutdated || isStopping })
    sending = current
    try {
      const end = await work(current, async () => stop({ reason: 'owner_lost' })).finally(current.end)
      // Somebody else may be sending the same already.
      if (!opened.lease.isHeld()) current.cut()
      await current.drained()
      // From here on the lease is not renewed beside what is written last.
      sending = undefined
      await keeping
      // Told to stop meanwhile, it leaves it to another node at once, as if there were nothing to open anew.
      if (end === 'anew' && !isStopping) {
        await current.save()
        if (!isStopping) return 'anew'
      }
      await current.release(end === 'anew' ? 'stopping' : end)
      return 'over'
    } catch (error) {
      // What is under way would be sent again beside it.
      current.cut()
      await current.drained().catch(() => undefined)
      throw error
    } finally {
      sending = undefined
      opened.close()
    }
  }

  const isCurrent = (current: Sending) => !isOutdated && current.isValid()

  async function work(
    current: Sending,
    stopForOwner: () => ReturnType<typeof stopEndpoint>,
  ): Promise<'anew' | 'idle' | 'stopping' | 'closed'> {
    /** When something was under way last. */
    let busyAt = performance.now() - idleMs + idleUnusedMs
    for (;;) {
      if (isStopping) return 'stopping'
      if (!isCurrent(current)) return 'anew'
      isWoken = false
      const did = await current.step()
      if (did === 'owner_lost') {
        const answer = await stopForOwner()
        if (answer === 'closed') return 'closed'
        // The owner is back, and this node is about to hear of it.
        if (answer === 'unchanged') await signal.wait()
        return 'anew'
      }
      if (current.isBusy()) busyAt = performance.now()
      else if (did === 'waiting' && !isWoken && isCurrent(current) && performance.now() - busyAt > idleMs) return 'idle'
      if (did === 'waiting') await signal.wait()
    }
  }

  async function reported(running: Promise<Ending>): Promise<Ending> {
    try {
      return await running
    } catch (error) {
      const isExpected = error instanceof ProblemError || error instanceof mongo.MongoError || isUnreachable(error)
      logger[isExpected ? 'warn' : 'error']({ err: error, webhook: id }, 'sending to a webhook failed')
      return { restMs: isExpected ? restMs.expected : restMs.other }
    }
  }

  return {
    ended: reported(run()),
    wake() {
      isWoken = true
      signal.notify()
    },
    isWoken: () => isWoken,
    outdate() {
      isOutdated = true
      isWoken = true
      signal.notify()
    },
    tick() {
      signal.notify()
      keeping ??= sending
        ?.keep()
        .catch((error: unknown) => logger.warn({ err: error, webhook: id }, 'the lease of a webhook was not renewed'))
        .finally(() => {
          keeping = undefined
        })
    },
    stop() {
      isStopping = true
      signal.notify()
    },
    cut: () => sending?.cut(),
  }
}
