import { type ProblemCode, problems } from '@rolecall/contract'

/** Of an answer of Express or `node:http`, what is used here. */
export interface ProblemAnswer {
  statusCode: number
  setHeader(name: string, value: string): unknown
  end(body?: string): unknown
}

const headers: { readonly [Code in ProblemCode]?: readonly [name: string, value: string] } = {
  unauthenticated: ['www-authenticate', 'Bearer'],
  unavailable: ['retry-after', '1'],
}

/** Answers as Rolecall itself would (RFC 9457). */
export function answerProblem(response: ProblemAnswer, code: ProblemCode, detail?: string): void {
  const { status, title } = problems[code]
  response.statusCode = status
  const header = headers[code]
  if (header !== undefined) response.setHeader(...header)
  response.setHeader('content-type', 'application/problem+json')
  response.end(JSON.stringify({ type: `urn:rolecall:problem:${code}`, code, status, title, detail }))
}
