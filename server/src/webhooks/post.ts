import { setMaxListeners } from 'node:events'
import { Agent, errors, request } from 'undici'
import type { Clock } from '../clock.ts'
import { answerOf, type Received } from './answer.ts'
import type { DeliveryAttempt } from './documents.ts'
import { type Guard, RefusedTarget } from './guard.ts'

export interface Answered extends Pick<DeliveryAttempt, 'outcome' | 'detail' | 'durationMs' | 'response'> {
  /** When the receiver asked to be left alone for so long: at most a day. */
  retryAfterMs?: number
  /** It answered 410: nothing is wanted any more. */
  isGone: boolean
}

export interface PostRequest {
  readonly url: string
  readonly body: string
  readonly headers: Record<string, string>
}

export interface Poster {
  /** Posts once and follows no redirect. Whatever goes wrong is an outcome; rejects only with the signal’s reason. */
  post(request: PostRequest, signal: AbortSignal): Promise<Answered>
  /** Ends all connections, those that are in use too. */
  close(): Promise<void>
}

export interface PosterOptions {
  readonly guard: Guard
  readonly now: Clock
  /** For one post over all: name, connection, request and answer. */
  readonly timeoutMs?: number
  /** While so many connections are open, one that was posted on is closed: receivers are many, and idle ones cost too. */
  readonly maxKept?: number
}

/** Of an answer’s body; the rest is not read. */
const bodyLimit = 64 * 1024
const headerLimit = 16 * 1024

/** Posts to strangers: bounded in time and bytes, and only where the guard lets it. Nothing is ever decompressed. */
export function createPoster({
  guard,
  now,
  timeoutMs = 15_000,
  maxKept = Number.POSITIVE_INFINITY,
}: PosterOptions): Poster {
  const agent = new Agent({
    connect: {
      lookup: guard.lookup,
      timeout: timeoutMs,
      autoSelectFamily: true,
      // Node’s quarter of a second gives up on receivers that are merely far away.
      autoSelectFamilyAttemptTimeout: Math.min(1500, timeoutMs),
    },
    maxHeaderSize: headerLimit,
    // As long as idle connections live; a receiver may ask for less, not for much more. It also ends the connection that
    // undici opens for nothing after a post was cut off (nodejs/undici#5845).
    keepAliveTimeout: 4000,
    keepAliveMaxTimeout: 10_000,
    // One limit over all stands below.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  let open = 0
  agent.on('connect', () => (open += 1))
  agent.on('disconnect', () => (open -= 1))

  return {
    async post({ url, body, headers }, signal) {
      signal.throwIfAborted()
      const began = performance.now()
      const since = () => Math.round(performance.now() - began)
      const refusal = guard.refusalOf(url)
      if (refusal !== undefined) {
        return { outcome: 'refused_target', detail: `The URL ${refusal}`, durationMs: since(), isGone: false }
      }
      const limit = within(timeoutMs, signal)
      let received: Received | undefined
      try {
        const answer = await request(new URL(url), {
          dispatcher: agent,
          method: 'POST',
          headers,
          body,
          reset: open >= maxKept,
          signal: limit.signal,
        })
        received = { status: answer.statusCode, headers: answer.headers, chunks: [], size: 0, isWhole: false }
        await read(answer.body, received)
        return { ...judged(received), ...answerOf(received, bodyLimit, now()), durationMs: since() }
      } catch (error) {
        signal.throwIfAborted()
        const failure: Pick<Answered, 'outcome' | 'detail'> = limit.isOver()
          ? { outcome: 'timeout', detail: `No whole answer in ${timeoutMs / 1000} s` }
          : { outcome: outcomeOf(error, received), detail: reasonOf(error) }
        const rest = received === undefined ? { isGone: false } : answerOf(received, bodyLimit, now())
        return { ...failure, ...rest, durationMs: since() }
      } finally {
        limit.release()
      }
    },
    close: () => agent.destroy(),
  }
}

/** By hand: `AbortSignal.any` on a signal that lives for weeks gathers what it was combined into (nodejs/node#55351). */
function within(timeoutMs: number, signal: AbortSignal) {
  // All that are on their way may share one signal; Node warns of more than ten.
  setMaxListeners(0, signal)
  const controller = new AbortController()
  const stop = () => controller.abort(signal.reason)
  let over = false
  const timer = setTimeout(() => {
    over = true
    controller.abort(new Error('no whole answer in time'))
  }, timeoutMs)
  signal.addEventListener('abort', stop, { once: true })
  return {
    signal: controller.signal,
    isOver: () => over,
    release() {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    },
  }
}

async function read(body: AsyncIterable<Uint8Array>, received: Received): Promise<void> {
  for await (const chunk of body) {
    received.chunks.push(chunk)
    received.size += chunk.length
    // Leaving the loop closes the connection.
    if (received.size > bodyLimit) return
  }
  received.isWhole = true
}

function judged({ status }: Received): Pick<Answered, 'outcome' | 'detail'> {
  if (status >= 200 && status < 300) return { outcome: 'ok' }
  if (status >= 300 && status < 400) return { outcome: 'redirect', detail: 'Redirects are not followed' }
  return { outcome: 'status' }
}

/** Once a connection stood: it ended, or its answer was too much. */
const broke = /^(UND_ERR_SOCKET|UND_ERR_HEADERS_OVERFLOW|ECONNRESET|ECONNABORTED|EPIPE)$/

function outcomeOf(error: unknown, received: Received | undefined): Answered['outcome'] {
  if (error instanceof RefusedTarget) return 'refused_target'
  const isBroken = received !== undefined || error instanceof errors.HTTPParserError || broke.test(codeOf(error))
  return isBroken ? 'broken' : 'unreachable'
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** In a line. Of several addresses that were tried, the first one’s reason goes for all. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  const message = error instanceof Error ? error.message : String(error)
  return (message === '' ? codeOf(error) : message).slice(0, 300)
}
