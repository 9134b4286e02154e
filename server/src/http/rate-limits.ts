/**
 * How much one caller may ask for. Counted in this process: with several nodes behind a balancer each counts for
 * itself. Whoever is signed in is counted by account, so that nobody suffers from a neighbour behind the same address.
 */
import type { ServerResponse } from 'node:http'
import type { Feature, OperationName } from '@rolecall/contract'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { addressGroup, isLoopback } from '../address-group.ts'
import { refusal } from '../refusal.ts'

type OperationId = { readonly [F in Feature]: `${F}.${OperationName<F> & string}` }[Feature]

interface Policy {
  readonly by: 'account' | 'address'
  readonly quota: number
  readonly windowSeconds: number
  /** Counts only these, in addition to the policy for everything; absent: everything. */
  readonly operations?: readonly OperationId[]
}

/** Every limit. Operations that tell who or what exists, or that cost a password hash, have one of their own. */
export const policies = {
  account: { by: 'account', quota: 3_000, windowSeconds: 60 },
  address: { by: 'address', quota: 600, windowSeconds: 60 },
  'sign-up': { by: 'address', quota: 60, windowSeconds: 3_600, operations: ['accounts.create'] },
  'sign-in': { by: 'address', quota: 60, windowSeconds: 60, operations: ['sessions.create'] },
  refresh: { by: 'address', quota: 300, windowSeconds: 60, operations: ['sessions.refresh'] },
  // Each request may send a mail; what one address is sent is bounded besides.
  'password-reset': {
    by: 'address',
    quota: 20,
    windowSeconds: 3_600,
    operations: ['accounts.requestPasswordReset'],
  },
  'mailed-link': {
    by: 'address',
    quota: 60,
    windowSeconds: 600,
    operations: ['accounts.resetPassword'],
  },
  'own-mail': {
    by: 'account',
    quota: 20,
    windowSeconds: 3_600,
    operations: ['accounts.sendVerification'],
  },
  export: { by: 'account', quota: 10, windowSeconds: 600, operations: ['accounts.export'] },
  // Each reads the whole of a log.
  'verify-log': { by: 'account', quota: 60, windowSeconds: 600, operations: ['events.verify'] },
  // Each is drawn anew.
  'invoice-pdf': { by: 'account', quota: 300, windowSeconds: 600, operations: ['invoices.pdf'] },
  'add-member': { by: 'account', quota: 300, windowSeconds: 600, operations: ['members.add'] },
  // Each sends a mail to whoever the caller likes.
  invite: { by: 'account', quota: 200, windowSeconds: 600, operations: ['invitations.create', 'invitations.resend'] },
  // Each has something posted to an address of the caller's choice.
  'webhook-posts': {
    by: 'account',
    quota: 300,
    windowSeconds: 600,
    operations: ['webhooks.test', 'webhooks.replay', 'webhooks.redeliver'],
  },
  'organisation-names': {
    by: 'account',
    quota: 120,
    windowSeconds: 600,
    operations: ['organisations.create', 'organisations.update'],
  },
  password: {
    by: 'account',
    quota: 10,
    windowSeconds: 600,
    operations: ['accounts.changePassword', 'accounts.changeEmail', 'accounts.delete', 'tokens.create'],
  },
} as const satisfies Readonly<Record<string, Policy>>

/** Connections of Socket.IO that an address may begin: all that people behind one address come back with at once. */
export const handshakes = { quota: 1_200, windowSeconds: 60 }

/**
 * Callers on this machine get so much more: they are tools and tests of its owner, or come through a proxy that
 * TRUST_PROXY does not name, where one limit would hold for everybody at once.
 */
export const loopbackFactor = 100

export interface CountedRequest {
  /** `feature.name` */
  readonly operation: string
  /** Of whoever is signed in. */
  readonly account: string | undefined
  readonly address: string
}

/** Counts a request and says in headers what is left. Throws `rate_limited`. */
export type CountRequest = (request: CountedRequest, response: ServerResponse) => Promise<void>

/** More than any honest traffic within a window; an attacker with more addresses than that displaces himself. */
const maxCallers = 50_000

export function createRateLimits(table: Readonly<Record<string, Policy>> = policies): CountRequest {
  const remote = countersOf(table, 1)
  const local = countersOf(table, loopbackFactor)

  return async ({ operation, account, address }, response) => {
    const caller = account ?? addressGroup(address)
    const concerned = (isLoopback(address) ? local : remote).filter(
      ({ by, operations }) =>
        by === (account === undefined ? 'address' : 'account') &&
        (operations?.some((counted) => counted === operation) ?? true),
    )
    const counts: string[] = []
    response.setHeader(
      'RateLimit-Policy',
      concerned.map(({ name, quota, windowSeconds }) => `"${name}";q=${quota};w=${windowSeconds}`).join(', '),
    )
    for (const { name, consume } of concerned) {
      const { isExceeded, remaining, resetSeconds } = await consume(caller)
      counts.push(`"${name}";r=${remaining};t=${resetSeconds}`)
      response.setHeader('RateLimit', counts.join(', '))
      if (isExceeded) throw exceeded(name, resetSeconds)
    }
  }
}

/** Counts a connection that an address begins. Throws `rate_limited`. */
export type CountHandshake = (address: string) => Promise<void>

export function createHandshakeLimit({ quota, windowSeconds } = handshakes): CountHandshake {
  const remote = createCounter({ by: 'address', quota, windowSeconds })
  const local = createCounter({ by: 'address', quota: quota * loopbackFactor, windowSeconds })
  return async (address) => {
    const { isExceeded, resetSeconds } = await (isLoopback(address) ? local : remote)(addressGroup(address))
    if (isExceeded) throw exceeded('handshake', resetSeconds)
  }
}

function exceeded(name: string, resetSeconds: number) {
  return refusal('rate_limited', {
    retryAfterSeconds: resetSeconds,
    detail: `The limit “${name}” is reached. Try again in ${resetSeconds} s.`,
  })
}

function countersOf(table: Readonly<Record<string, Policy>>, factor: number) {
  return Object.entries(table).map(([name, policy]) => {
    const scaled = { ...policy, quota: policy.quota * factor }
    return { name, ...scaled, consume: createCounter(scaled) }
  })
}

interface Count {
  readonly isExceeded: boolean
  readonly remaining: number
  readonly resetSeconds: number
}

function createCounter({ quota, windowSeconds }: Policy): (caller: string) => Promise<Count> {
  const limiter = new RateLimiterMemory({ points: quota, duration: windowSeconds })
  // The limiter forgets when a window ends and has no bound before that.
  const callers = new Set<string>()

  async function remember(caller: string): Promise<void> {
    callers.delete(caller)
    callers.add(caller)
    const [oldest] = callers
    if (callers.size <= maxCallers || oldest === undefined) return
    callers.delete(oldest)
    await limiter.delete(oldest)
  }

  return async (caller) => {
    await remember(caller)
    const count = (result: RateLimiterRes, isExceeded: boolean) => ({
      isExceeded,
      remaining: result.remainingPoints,
      resetSeconds: Math.max(1, Math.ceil(result.msBeforeNext / 1_000)),
    })
    return limiter.consume(caller).then(
      (result) => count(result, false),
      (reason: unknown) => {
        if (reason instanceof RateLimiterRes) return count(reason, true)
        throw reason
      },
    )
  }
}
