export type WebhookErrorCode =
  | 'missing_header'
  | 'timestamp_too_old'
  | 'timestamp_too_new'
  | 'no_matching_signature'
  | 'invalid_body'

/**
 * Why a request is not taken for a webhook of Rolecall’s. `invalid_body` alone was signed with the secret, but is no
 * event; all others may have been sent by anybody.
 */
export class WebhookVerificationError extends Error {
  readonly code: WebhookErrorCode

  constructor(code: WebhookErrorCode, message: string, options?: { cause: unknown }) {
    super(message, options)
    this.name = 'WebhookVerificationError'
    this.code = code
  }
}
