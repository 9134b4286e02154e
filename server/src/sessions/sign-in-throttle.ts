/**
 * Slows guessing of passwords down. Failures are counted for an address of the network together with the email that is
 * tried, and for the network address alone; never for an email alone, since then anybody could keep its owner out.
 * Emails that nobody has are counted alike, so that a refusal tells nothing.
 */
import { addressGroup } from '../address-group.ts'
import type { Clock } from '../clock.ts'
import { refusal } from '../refusal.ts'

export interface SignInThrottle {
  /**
   * Runs an attempt that answers undefined when the password was wrong, or throws `rate_limited` without running it.
   * What throws counts for nothing.
   */
  attempt<Value>(who: Attempt, run: () => Promise<Value | undefined>): Promise<Value | undefined>
}

interface Attempt {
  readonly emailKey: string
  readonly address: string
}

interface Counts {
  failures: number
  /** Attempts whose end is open: else a hundred at once would all begin before the first has failed. */
  underWay: number
  readonly since: number
  failedAt: number
}

/** Failures without any delay: of one who mistypes, and of an office behind one address. */
export const freeFailures = { pair: 5, address: 100 } as const
const firstDelayMs = 1_000
export const longestDelayMs = 15 * 60 * 1_000
/** Failures are forgotten an hour after the first. */
const windowMs = 60 * 60 * 1_000
const maxEntries = 50_000

export function createSignInThrottle(now: Clock): SignInThrottle {
  const pairs = createCounters(freeFailures.pair)
  const addresses = createCounters(freeFailures.address)

  return {
    async attempt({ emailKey, address }, run) {
      const at = now().getTime()
      const group = addressGroup(address)
      const pair = `${group} ${emailKey}`
      const waitMs = Math.max(pairs.waitMs(pair, at), addresses.waitMs(group, at))
      if (waitMs > 0) {
        const retryAfterSeconds = Math.ceil(waitMs / 1_000)
        throw refusal('rate_limited', {
          retryAfterSeconds,
          detail: `Too many failed attempts. Try again in ${retryAfterSeconds} s.`,
        })
      }
      pairs.begin(pair, at)
      addresses.begin(group, at)
      let isFailure = false
      try {
        const value = await run()
        isFailure = value === undefined
        // Not the address: an attacker with an account of his own could else begin anew at will.
        if (!isFailure) pairs.forgive(pair)
        return value
      } finally {
        const failedAt = isFailure ? now().getTime() : undefined
        pairs.end(pair, failedAt)
        addresses.end(group, failedAt)
      }
    },
  }
}

/** For RATE_LIMITS=off. */
export const noThrottle: SignInThrottle = { attempt: (_, run) => run() }

function createCounters(free: number) {
  const entries = new Map<string, Counts>()

  function present(key: string, at: number): Counts | undefined {
    const counts = entries.get(key)
    if (counts === undefined || Math.abs(at - counts.since) < windowMs) return counts
    entries.delete(key)
    return undefined
  }

  return {
    waitMs(key: string, at: number): number {
      const { failures, underWay, failedAt } = present(key, at) ?? nothing
      if (failures + underWay < free) return 0
      const delayMs = Math.min(firstDelayMs * 2 ** (failures + underWay - free), longestDelayMs)
      // At most the delay, also after the clock was set back.
      return underWay > 0 ? delayMs : Math.min(failedAt + delayMs - at, delayMs)
    },
    begin(key: string, at: number): void {
      const counts = present(key, at) ?? { failures: 0, underWay: 0, since: at, failedAt: at }
      counts.underWay += 1
      // Last in the order again: what is dropped first is what was not tried for longest.
      entries.delete(key)
      entries.set(key, counts)
      const [oldest] = entries.keys()
      if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest)
    },
    forgive(key: string): void {
      const counts = entries.get(key)
      if (counts !== undefined) counts.failures = 0
    },
    /** `failedAt` where the attempt failed. */
    end(key: string, failedAt: number | undefined): void {
      const counts = entries.get(key)
      if (counts === undefined) return
      counts.underWay -= 1
      if (failedAt !== undefined) {
        counts.failures += 1
        counts.failedAt = failedAt
      }
      if (counts.failures + counts.underWay <= 0) entries.delete(key)
    },
  }
}

const nothing = { failures: 0, underWay: 0, failedAt: 0 } as const
