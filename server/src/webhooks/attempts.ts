/** Attempts of a delivery as they are shown. */
import type { WebhookAttempt } from '@rolecall/contract'
import type { DeliveryAttempt, DeliveryDocument } from './documents.ts'

/** The newest first, with all of its answer that is kept; the others with the beginning of theirs. */
export function attemptsOf({ log, lastBody }: Pick<DeliveryDocument, 'log' | 'lastBody'>): WebhookAttempt[] {
  return log
    .map(shownAttempt)
    .map((attempt, index) =>
      index === 0 && attempt.response !== undefined && lastBody !== undefined
        ? { ...attempt, response: { ...attempt.response, body: lastBody } }
        : attempt,
    )
}

function shownAttempt({ at, url, durationMs, outcome, detail, request, response }: DeliveryAttempt): WebhookAttempt {
  return {
    at: at.toISOString(),
    url,
    durationMs,
    outcome,
    ...(detail === undefined ? {} : { detail }),
    request: { headers: request.headers },
    ...(response === undefined ? {} : { response }),
  }
}
