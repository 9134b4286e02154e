import type { Problem, ProblemCode } from '@rolecall/contract'

/** A problem’s code, or `network` when no answer of Rolecall’s came back. */
export type ErrorCode = ProblemCode | 'network'

/**
 * What every call rejects with. `code` tells what went wrong, `message` says it in words that can be shown.
 * With `network` a change may or may not have been made, and `status` is 0 or that of whatever answered in between.
 */
export class RolecallError extends Error {
  readonly code: ErrorCode
  readonly status: number
  /** What is wrong with this very request, and what to do. */
  readonly detail: string | undefined
  /** With `invalid_request`: where in the request, and what is wrong there. */
  readonly errors: readonly { readonly path: string; readonly message: string }[]
  /** `unknown` when the change may have been made all the same. */
  readonly outcome: 'unknown' | undefined
  /** Under which the server logged the request. */
  readonly requestId: string | undefined
  /** In seconds, when the server said when to try again. */
  readonly retryAfter: number | undefined

  constructor(
    problem: Omit<Partial<Problem>, 'code'> & { readonly code: ErrorCode },
    options: { retryAfter?: number; requestId?: string; cause?: unknown } = {},
  ) {
    super(problem.detail ?? problem.title ?? problem.code, { cause: options.cause })
    this.name = 'RolecallError'
    this.code = problem.code
    this.status = problem.status ?? 0
    this.detail = problem.detail
    this.errors = problem.errors ?? []
    this.outcome = problem.outcome
    this.requestId = options.requestId
    this.retryAfter = options.retryAfter
  }
}

/** Whether it is one, also of another copy of the SDK: each of its entries may carry its own. */
export function isRolecallError(error: unknown): error is RolecallError {
  return error instanceof Error && error.name === 'RolecallError'
}

/** `changes`: whether something was to be changed, which may have been done all the same. */
export function networkError(cause: unknown, { status = 0, changes = true } = {}): RolecallError {
  const outcome = changes ? ({ outcome: 'unknown' } as const) : {}
  return new RolecallError({ code: 'network', status, detail: 'Rolecall could not be reached.', ...outcome }, { cause })
}

/** @returns whether `answer` is a problem of Rolecall’s, from HTTP or an acknowledgement */
export function isProblem(answer: unknown): answer is Problem {
  return typeof answer === 'object' && answer !== null && 'code' in answer && typeof answer.code === 'string'
}
