import { type ProblemDetails, type ProblemError, problem } from '@rolecall/contract'
import express, { type Request, type Response } from 'express'

const maxDepth = 32

// Raw, since only then a body that is no UTF-8 or no JSON can be told with its place.
const readRaw = express.raw({ type: () => true, limit: '64kb', inflate: false })

/** The body as JSON, or undefined where there is none. What could mean something else to us than to its sender is refused. */
export async function readJson(request: Request, response: Response): Promise<unknown> {
  const { headers } = request
  if (headers['transfer-encoding'] === undefined && (headers['content-length'] ?? '0') === '0') return undefined
  // Before its type is looked at: what is too large is told so, whatever it is.
  await new Promise<void>((done, fail) => {
    readRaw(request, response, (error?: unknown) => (error === undefined ? done() : fail(error)))
  })
  if (!isJson(headers['content-type'])) {
    throw problem('unsupported_media_type', { detail: 'Send the body as `Content-Type: application/json`, in UTF-8.' })
  }
  const body: unknown = request.body
  if (!Buffer.isBuffer(body) || body.length === 0) return undefined
  const value = parse(body)
  checkShape(value)
  return value
}

function isJson(contentType: string | undefined): boolean {
  const [type, ...parameters] = (contentType ?? '').toLowerCase().split(';')
  if (type?.trim() !== 'application/json') return false
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('charset='))
  return charset === undefined || /^charset="?utf-8"?$/.test(charset)
}

function parse(bytes: Buffer): unknown {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw refuse('The body is not UTF-8.')
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    // The parser quotes what it found; only the place is passed on, for the body may hold a password.
    const place = error instanceof Error ? / at position \d+(?: \(line \d+ column \d+\))?/.exec(error.message) : null
    throw refuse(`The body is not valid JSON${place === null ? '' : `: it goes wrong${place[0]}`}.`)
  }
}

/** Walks with a list of its own instead of the call stack, which 10,000 nested brackets would exhaust. */
function checkShape(root: unknown): void {
  const pending: { readonly value: unknown; readonly depth: number }[] = [{ value: root, depth: 1 }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, depth } = next
    if (typeof value === 'string') checkText(value)
    if (typeof value !== 'object' || value === null) continue
    if (depth > maxDepth) throw refuse(`The body is nested more than ${maxDepth} levels deep.`)
    for (const [key, inner] of Object.entries(value)) {
      if (key === '__proto__' || key === 'constructor' || key === 'prototype') {
        throw refuse(`The body must not have the key ${key}.`, { errors: [{ path: key, message: 'is not allowed' }] })
      }
      checkText(key)
      pending.push({ value: inner, depth: depth + 1 })
    }
  }
}

/** Half a surrogate pair changes to U+FFFD on its way into the database. */
function checkText(text: string): void {
  if (/\p{Cs}/u.test(text)) throw refuse('The body has a text with half of a surrogate pair in it.')
}

function refuse(detail: string, more: ProblemDetails = {}): ProblemError {
  return problem('invalid_request', { detail, ...more })
}
