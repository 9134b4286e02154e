/** Attempts of a delivery as they are shown. */
import type { WebhookAttempt } from '@rolecall/contract'
import type { DeliveryAttempt, DeliveryDocument } from './documents.ts'

type Response = NonNullable<DeliveryAttempt['response']>

/** The newest first, with all of its answer that is kept; the others with the beginning of theirs. */
export function attemptsOf({ log, lastBody }: Pick<DeliveryDocument, 'log' | 'lastBody'>): WebhookAttempt[] {
  return log.map((attempt, index) => shownAttempt(attempt, index === 0 ? lastBody : undefined))
}

function shownAttempt(
  { at, url, durationMs, outcome, detail, request, response }: DeliveryAttempt,
  whole: string | undefined,
): WebhookAttempt {
  return {
    at: at.toISOString(),
    url,
    durationMs,
    outcome,
    ...(detail === undefined ? {} : { detail }),
    request: { headers: request.headers },
    ...(response === undefined ? {} : { response: shownResponse(response, whole) }),
  }
}

function shownResponse({ status, headers, body, truncated, isShortened }: Response, whole: string | undefined) {
  if (whole !== undefined) return { status, headers, body: whole, truncated }
  return { status, headers, body, truncated: truncated || isShortened === true }
}
