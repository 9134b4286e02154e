import type { RolecallEvent } from '@rolecall/contract'
import { WebhookVerificationError } from './error.ts'
import { AlreadyRead, type ReceiverRequest, rawBodyOf, TooLarge } from './raw-body.ts'
import { verifyWebhook } from './verify.ts'

/** Of an answer of Express or `node:http`, what is used here. */
export interface ReceiverResponse {
  statusCode: number
  setHeader(name: string, value: string): unknown
  end(body?: string): unknown
}

export interface WebhookReceiverOptions {
  /** The endpoint’s secret; several while changing from one to the next. */
  readonly secrets: string | readonly string[]
  /**
   * Called for each event, once its signature was verified. When it resolves, the webhook is taken; when it rejects, it
   * comes again later. Answer within 15 s, and expect an event more than once.
   */
  readonly onEvent: (event: RolecallEvent) => unknown
  /** Told of what `onEvent` throws, and of mistakes in how this is used; by default they go to `console.error`. */
  readonly onError?: (error: unknown) => void
}

/**
 * Receives webhooks: `app.post('/hooks/rolecall', webhookReceiver({ secrets, onEvent }))`. It reads the raw body
 * itself, so `express.json()` must not run before it. Answers 204 once `onEvent` is done, 400 to what is not Rolecall’s,
 * 413 above 1 MiB, and 500 when `onEvent` throws.
 */
export function webhookReceiver({ secrets, onEvent, onError = report }: WebhookReceiverOptions) {
  return async (request: ReceiverRequest, response: ReceiverResponse): Promise<void> => {
    try {
      const body = await rawBodyOf(request)
      // Nobody is there any more to be answered.
      if (body === undefined) return
      const event = await verifyWebhook(body, request.headers, secrets)
      await onEvent(event)
      response.statusCode = 204
      response.end()
    } catch (error) {
      refuse(response, error, onError)
    }
  }
}

const report = (error: unknown) => console.error(error)

function refuse(response: ReceiverResponse, error: unknown, onError: (error: unknown) => void): void {
  if (error instanceof WebhookVerificationError) {
    answer(response, 400, error.code, error.message)
  } else if (error instanceof TooLarge) {
    response.setHeader('connection', 'close')
    answer(response, 413, 'payload_too_large', error.message)
  } else {
    answer(response, 500, 'internal', error instanceof AlreadyRead ? error.message : 'The event could not be processed')
    try {
      onError(error)
    } catch (failure) {
      // Rejected, it would end the process where nobody handles it.
      report(failure)
    }
  }
}

/** RFC 9457, so that whoever looks at the delivery in Rolecall reads what was wrong. */
function answer(response: ReceiverResponse, status: number, code: string, title: string): void {
  response.statusCode = status
  response.setHeader('content-type', 'application/problem+json')
  response.end(JSON.stringify({ type: 'about:blank', status, code, title }))
}
