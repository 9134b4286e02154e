/** Every error that a caller can meet: its code, HTTP status and title (RFC 9457 problem details). */
export const problems = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  invalid_cursor: { status: 400, title: 'The cursor is not one of this list' },
  unauthenticated: { status: 401, title: 'Sign in first' },
  invalid_credentials: { status: 401, title: 'Email or password is wrong' },
  invalid_refresh_token: { status: 401, title: 'The refresh token is not valid any more' },
  forbidden: { status: 403, title: 'Your role does not permit this' },
  other_account: { status: 403, title: 'This link is for another account' },
  password_needed: { status: 403, title: 'Say your password once more' },
  origin_not_allowed: { status: 403, title: 'This origin is not allowed' },
  not_found: { status: 404, title: 'There is nothing here' },
  account_not_found: { status: 404, title: 'Nobody has an account with this email address' },
  invitation_not_found: { status: 404, title: 'There is no such invitation' },
  invalid_link: { status: 404, title: 'This link is not valid any more' },
  role_not_found: { status: 404, title: 'There is no such role' },
  method_not_allowed: { status: 405, title: 'This method is not possible here' },
  email_taken: { status: 409, title: 'An account with this email address exists' },
  organisation_name_taken: { status: 409, title: 'Somebody else is using this name' },
  too_many_held_names: { status: 409, title: 'Too many former names are held for this organisation' },
  email_verified: { status: 409, title: 'The email address is confirmed already' },
  email_unverified: { status: 409, title: 'The email address is not confirmed' },
  organisation_limit: { status: 409, title: 'You have created as many organisations as you can have' },
  already_member: { status: 409, title: 'This account is a member already' },
  member_limit: { status: 409, title: 'The organisation has as many members as it can have' },
  membership_limit: { status: 409, title: 'The account is in as many organisations as it can be in' },
  already_invited: { status: 409, title: 'This address is invited already' },
  invitation_ended: { status: 409, title: 'The invitation is not pending any more' },
  invitation_limit: { status: 409, title: 'Too many invitations of this organisation are pending' },
  member_suspended: { status: 409, title: 'This member is suspended' },
  last_admin: { status: 409, title: 'An organisation needs an Admin' },
  role_name_taken: { status: 409, title: 'The organisation has a role of this name' },
  role_in_use: { status: 409, title: 'Somebody holds this role' },
  role_limit: { status: 409, title: 'The organisation has as many roles as it can have' },
  webhook_limit: { status: 409, title: 'The organisation has as many webhook endpoints as it can have' },
  webhook_not_enabled: { status: 409, title: 'The webhook endpoint is not enabled' },
  webhook_owner_lost: { status: 409, title: 'The owner of the webhook endpoint may manage webhooks no longer' },
  application_name_taken: { status: 409, title: 'The organisation has an application of this name' },
  branch_not_found: { status: 409, title: 'The repository has no such branch' },
  application_limit: { status: 409, title: 'The organisation has as many applications as it can have' },
  api_key_limit: { status: 409, title: 'The organisation has as many API keys as it can have' },
  storage_limit: { status: 409, title: 'The organisation’s repositories take as much as they can' },
  token_limit: { status: 409, title: 'The account has as many tokens as it can have' },
  invoice_not_draft: { status: 409, title: 'The invoice is not a draft any more' },
  invoice_not_open: { status: 409, title: 'The invoice is not open' },
  draft_limit: { status: 409, title: 'The organisation has as many drafts of invoices as it can have' },
  personal_organisation: { status: 409, title: 'A personal organisation stays with its owner' },
  idempotency_key_reused: { status: 409, title: 'This idempotency key was used for another request' },
  payload_too_large: { status: 413, title: 'The request is too large' },
  unsupported_media_type: { status: 415, title: 'The request must be JSON' },
  rate_limited: { status: 429, title: 'Too many requests' },
  too_many_subscriptions: { status: 429, title: 'Too many subscriptions on one connection' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  git_missing: { status: 501, title: 'Git is not installed on the server' },
  unavailable: { status: 503, title: 'Not available at the moment' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>

export type ProblemCode = keyof typeof problems

/** The body of every failing answer, sent as `application/problem+json`, and what a failing ack of a socket carries. */
export interface Problem {
  readonly type: string
  readonly code: ProblemCode
  readonly status: number
  readonly title: string
  /** What is wrong with this very request, and what to do. */
  readonly detail?: string
  /** Where in the request, and what is wrong there: with `invalid_request`, and where one of many changes is refused. */
  readonly errors?: readonly { readonly path: string; readonly message: string }[]
  /** With `unavailable`: `unknown` when the change may have been made. Repeat it with its Idempotency-Key. */
  readonly outcome?: 'unknown'
}

export type ProblemDetails = Partial<Pick<Problem, 'detail' | 'errors' | 'outcome'>>

/** A problem on its way to the caller. */
export class ProblemError extends Error {
  readonly code: ProblemCode
  readonly status: number
  readonly details: ProblemDetails

  constructor(code: ProblemCode, details: ProblemDetails = {}) {
    super(details.detail ?? problems[code].title)
    this.name = 'ProblemError'
    this.code = code
    this.status = problems[code].status
    this.details = details
  }

  toProblem(): Problem {
    const { status, title } = problems[this.code]
    return { type: `urn:rolecall:problem:${this.code}`, code: this.code, status, title, ...this.details }
  }
}

/** `throw problem('last_admin', { detail: '…' })` */
export function problem(code: ProblemCode, details?: ProblemDetails): ProblemError {
  return new ProblemError(code, details)
}
