import { type ProblemCode, type ProblemDetails, ProblemError } from '@rolecall/contract'

interface Beside extends ProblemDetails {
  /** Answered as `Retry-After`, in whole seconds. */
  readonly retryAfterSeconds?: number
  /** The cookie with the refresh token is of no use any more, and is removed. */
  readonly removesCookie?: boolean
}

/** A problem whose answer says more in its headers. */
export class Refusal extends ProblemError {
  readonly retryAfterSeconds: number | undefined
  readonly removesCookie: boolean

  constructor(code: ProblemCode, { retryAfterSeconds, removesCookie = false, ...details }: Beside) {
    super(code, details)
    this.retryAfterSeconds = retryAfterSeconds === undefined ? undefined : Math.max(1, Math.ceil(retryAfterSeconds))
    this.removesCookie = removesCookie
  }
}

export function refusal(code: ProblemCode, beside: Beside): Refusal {
  return new Refusal(code, beside)
}
