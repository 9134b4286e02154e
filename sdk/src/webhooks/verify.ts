/** Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
import type { RolecallEvent } from '@rolecall/contract'
import { WebhookVerificationError } from './error.ts'
import { headerOf, type WebhookHeaders } from './headers.ts'
import { isBytes } from './raw-body.ts'
import { keyOf, signaturesOf } from './signature.ts'

export interface VerifyOptions {
  /** As of when the timestamp is judged, instead of now. */
  readonly at?: Date
}

const toleranceSeconds = 300

/**
 * The event of a webhook, after its signature was verified in constant time. Events of types that this version does not
 * know come too: pass over them. The same event may come more than once, under the same `id`.
 *
 * @param rawBody the body as it came: bytes, or their text; never parsed and written again
 * @param secrets the endpoint’s secret, `whsec_…`; several while changing from one to the next
 * @throws WebhookVerificationError when it is none, or was sent more than five minutes ago or hence
 * @throws TypeError when the body is not raw or a secret is none
 */
export async function verifyWebhook(
  rawBody: string | Uint8Array,
  headers: WebhookHeaders,
  secrets: string | readonly string[],
  { at = new Date() }: VerifyOptions = {},
): Promise<RolecallEvent> {
  const body = bytesOf(rawBody)
  const keys = await Promise.all([secrets].flat().map(keyOf))
  if (keys.length === 0) throw new TypeError('Pass at least one secret')

  const id = required(headers, 'webhook-id')
  const timestamp = required(headers, 'webhook-timestamp')
  const signatures = signaturesOf(required(headers, 'webhook-signature'))
  checkTimestamp(timestamp, at)

  const signed = concatenated(new TextEncoder().encode(`${id}.${timestamp}.`), body)
  for (const key of keys) {
    for (const signature of signatures) {
      if (await crypto.subtle.verify('HMAC', key, signature, signed)) return eventIn(body)
    }
  }
  throw new WebhookVerificationError(
    'no_matching_signature',
    'No signature fits the body and the secret. Is the body the raw one, and the secret that of this endpoint?',
  )
}

function bytesOf(rawBody: string | Uint8Array): Uint8Array<ArrayBuffer> {
  if (typeof rawBody === 'string') return new TextEncoder().encode(rawBody)
  if (isBytes(rawBody)) return new Uint8Array(rawBody)
  throw new TypeError('Pass the raw body, as text or bytes: what was parsed cannot be verified any more')
}

function required(headers: WebhookHeaders, name: string): string {
  const value = headerOf(headers, name)
  if (value === undefined || value === '') {
    throw new WebhookVerificationError('missing_header', `The header ${name} is missing`)
  }
  return value
}

function checkTimestamp(timestamp: string, at: Date): void {
  if (!/^\d{1,12}$/.test(timestamp)) {
    throw new WebhookVerificationError('missing_header', 'The header webhook-timestamp is not a time in seconds')
  }
  const ageSeconds = Math.floor(at.getTime() / 1000) - Number(timestamp)
  if (ageSeconds > toleranceSeconds) {
    throw new WebhookVerificationError('timestamp_too_old', 'The webhook was sent more than five minutes ago')
  }
  if (ageSeconds < -toleranceSeconds) {
    throw new WebhookVerificationError('timestamp_too_new', 'The webhook says that it was sent in the future')
  }
}

function concatenated(head: Uint8Array, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(head.length + body.length)
  all.set(head)
  all.set(body, head.length)
  return all
}

function eventIn(body: Uint8Array): RolecallEvent {
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw new WebhookVerificationError('invalid_body', 'The body is not JSON', { cause })
  }
  if (!isEvent(parsed)) throw new WebhookVerificationError('invalid_body', 'The body is not an event')
  return parsed
}

function isEvent(parsed: unknown): parsed is RolecallEvent {
  if (typeof parsed !== 'object' || parsed === null) return false
  const { id, log, seq, type, data } = parsed as Record<string, unknown>
  const isNamed = [id, log, type].every((text) => typeof text === 'string')
  return isNamed && typeof seq === 'number' && typeof data === 'object' && data !== null
}
