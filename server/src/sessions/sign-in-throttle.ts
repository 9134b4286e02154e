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

interface Failures {
  /** With the attempts under way: else a hundred at once would all go before the first has failed. */
  count: number
  readonly since: number
  lastAt: number
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
      pairs.add(pair, at)
      addresses.add(group, at)
      let isFailure = false
      try {
        const value = await run()
        isFailure = value === undefined
        // Not the address: an attacker with an account of his own could else begin anew at will.
        if (value !== undefined) pairs.forget(pair)
        return value
      } finally {
        if (!isFailure) {
          pairs.takeBack(pair)
          addresses.takeBack(group)
        }
      }
    },
  }
}

/** For RATE_LIMITS=off. */
export const noThrottle: SignInThrottle = { attempt: (_, run) => run() }

function createCounters(free: number) {
  const entries = new Map<string, Failures>()

  function present(key: string, at: number): Failures | undefined {
    const entry = entries.get(key)
    if (entry === undefined || Math.abs(at - entry.since) < windowMs) return entry
    entries.delete(key)
    return undefined
  }

  return {
    waitMs(key: string, at: number): number {
      const entry = present(key, at)
      if (entry === undefined || entry.count < free) return 0
      const delayMs = Math.min(firstDelayMs * 2 ** (entry.count - free), longestDelayMs)
      // At most the delay, also after the clock was set back.
      return Math.min(entry.lastAt + delayMs - at, delayMs)
    },
    add(key: string, at: number): void {
      const entry = present(key, at) ?? { count: 0, since: at, lastAt: at }
      entry.count += 1
      entry.lastAt = at
      // Last in the order again: what is dropped first is what was not tried for longest.
      entries.delete(key)
      entries.set(key, entry)
      const [oldest] = entries.keys()
      if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest)
    },
    takeBack(key: string): void {
      const entry = entries.get(key)
      if (entry === undefined) return
      entry.count -= 1
      if (entry.count <= 0) entries.delete(key)
    },
    forget(key: string): void {
      entries.delete(key)
    },
  }
}
