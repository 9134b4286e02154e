/** Attempts of a delivery as they are shown. */
import type { WebhookAttempt } from '@rolecall/contract'
import type { DeliveryAttempt } from './documents.ts'

export function shownAttempt({
  at,
  url,
  durationMs,
  outcome,
  detail,
  request,
  response,
}: DeliveryAttempt): WebhookAttempt {
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
