import type { ServerResponse } from 'node:http'
import { type ProblemCode, ProblemError, problem } from '@rolecall/contract'
import type { ErrorRequestHandler, Request, Response } from 'express'
import { isUnreachable, unreachable } from '../database/unreachable.ts'
import type { Logger } from '../logger.ts'
import { Refusal } from '../refusal.ts'

/**
 * Every failing answer, as RFC 9457 has it. Nothing in the body belongs to this one request: what an outsider is told
 * about a thing that exists is, byte for byte, what anybody is told about one that does not.
 */
export function answerProblem(response: ServerResponse, error: ProblemError, challenge = 'Bearer'): void {
  response.statusCode = error.status
  response.setHeader('Content-Type', 'application/problem+json')
  response.setHeader('Cache-Control', 'no-store')
  if (error.status === 401) response.setHeader('WWW-Authenticate', challenge)
  sayRetryAfter(response, error)
  response.end(JSON.stringify(error.toProblem()))
}

/** When it makes sense to ask again, where that is known. */
export function sayRetryAfter(response: ServerResponse, error: ProblemError): void {
  if (error instanceof Refusal && error.retryAfterSeconds !== undefined) {
    response.setHeader('Retry-After', String(error.retryAfterSeconds))
  }
  if (error.status === 503 && !response.hasHeader('Retry-After')) response.setHeader('Retry-After', '1')
}

/** The last handler: turns whatever was thrown into a problem, and logs what nobody had foreseen. */
export function errorHandler(logger: Logger): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (error: unknown, _request: Request, response: Response, _next) => {
    if (isAborted(error)) {
      response.destroy()
      return
    }
    const found = problemOf(error)
    if (found.code === 'internal') {
      logger.error(
        { err: error, requestId: response.getHeader('X-Request-Id'), route: response.locals.route },
        'unexpected error',
      )
    }
    if (response.headersSent) response.destroy()
    else {
      if (found.code === 'payload_too_large') response.setHeader('Connection', 'close')
      answerProblem(response, found)
    }
  }
}

const codesOfStatus: Readonly<Record<number, ProblemCode>> = {
  400: 'invalid_request',
  404: 'not_found',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
}

/** The problem that was thrown, or the one that an error of Express or of its parsers stands for. */
function problemOf(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  if (isUnreachable(error)) return unreachable(error)
  // http-errors marks with `expose` what is the client's fault.
  if (error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500) {
    const code = codesOfStatus[error.status]
    if (error instanceof URIError) return problem('invalid_request', { detail: 'The path is not well encoded.' })
    if (code !== undefined && 'expose' in error) return problem(code)
  }
  return problem('internal')
}

/** The client went away in the middle of its request: there is nobody to answer. */
function isAborted(error: unknown): boolean {
  return error instanceof Error && 'type' in error && error.type === 'request.aborted'
}
