/** One try to deliver an event, and what follows from how it ended. */
import type { Clock } from '../clock.ts'
import type { EventDocument } from '../log/documents.ts'
import { show } from '../log/read.ts'
import type { DeliveryAttempt } from './documents.ts'
import type { Opened } from './opened.ts'
import type { Answered, Poster } from './post.ts'
import { breathMs, delayAfter, longestPauseMs } from './schedule.ts'
import { signatureHeaders } from './signing.ts'

export interface Ended {
  readonly attempt: DeliveryAttempt
  readonly status: 'delivered' | 'retrying' | 'exhausted'
  readonly nextAt: Date | undefined
  /** The receiver gets a rest until then: it asked for one, or does not keep up. */
  readonly notBefore: Date | undefined
  /** It answered 410. */
  readonly isGone: boolean
}

/** Made once for all endpoints that get the event. */
const bodies = new WeakMap<EventDocument, string>()

/** What is posted: the event as HTTP shows it, in the same bytes at each try. */
function bodyOf(event: EventDocument): string {
  const body = bodies.get(event) ?? JSON.stringify(show(event))
  bodies.set(event, body)
  return body
}

/** Posts an event. `tries`: how many there are with this one. Rejects only with the signal's reason. */
export async function tryOnce(
  { webhook, secretsAt }: Opened,
  { event, tries }: { readonly event: EventDocument; readonly tries: number },
  { poster, now, signal }: { readonly poster: Pick<Poster, 'post'>; readonly now: Clock; readonly signal: AbortSignal },
): Promise<Ended> {
  const at = now()
  const { url } = webhook
  const body = bodyOf(event)
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Rolecall-Webhooks/1',
    ...signatureHeaders({ id: event._id, body, at, secrets: secretsAt(at) }),
  }
  const answered = await poster.post({ url, body, headers }, signal)
  const attempt = attemptOf(answered, { at, url, headers })
  if (answered.outcome === 'ok') {
    return { attempt, status: 'delivered', nextAt: undefined, notBefore: undefined, isGone: false }
  }
  return { attempt, ...afterFailure(answered, tries, now()), isGone: answered.isGone }
}

/** Too many requests, and what stands before a server that does not keep up. */
const overloaded: ReadonlySet<number | undefined> = new Set([429, 502, 504])

function afterFailure(
  { retryAfterMs, response }: Answered,
  tries: number,
  at: Date,
): Pick<Ended, 'status' | 'nextAt' | 'notBefore'> {
  const pauseMs = Math.min(retryAfterMs ?? (overloaded.has(response?.status) ? breathMs : 0), longestPauseMs)
  const notBefore = pauseMs > 0 ? new Date(at.getTime() + pauseMs) : undefined
  const delayMs = delayAfter(tries)
  if (delayMs === undefined) return { status: 'exhausted', nextAt: undefined, notBefore }
  return { status: 'retrying', nextAt: new Date(at.getTime() + Math.max(delayMs, pauseMs)), notBefore }
}

function attemptOf(
  { outcome, detail, durationMs, response }: Answered,
  { at, url, headers }: { readonly at: Date; readonly url: string; readonly headers: Record<string, string> },
): DeliveryAttempt {
  return {
    at,
    url,
    durationMs,
    outcome,
    ...(detail === undefined ? {} : { detail }),
    request: { headers },
    ...(response === undefined ? {} : { response }),
  }
}
