import type { Format, Operation, Problem } from '@rolecall/contract'
import { backoffMs, sleep } from './backoff.ts'
import { isProblem, networkError, RolecallError } from './error.ts'
import type { Given, Reply, SendOptions } from './resources.ts'

export interface Transport {
  /** Where the server is, without a slash at the end. */
  readonly baseUrl: string
  readonly fetch: typeof fetch
  readonly timeoutMs: number
  readonly retries: number
}

interface Outgoing {
  readonly method: Operation['method']
  /** What comes is a file. */
  readonly isFile: boolean
  /** Something must come. */
  readonly hasAnswer: boolean
  readonly url: string
  readonly body: string | undefined
  readonly headers: Record<string, string>
  readonly format: Format | undefined
}

/** Sends one operation, and again where that can do no harm. `authorize` gives the token for each attempt. */
export async function request(
  transport: Transport,
  operation: Operation,
  given: Given,
  options: SendOptions,
  authorize: () => Promise<string | undefined>,
): Promise<Reply> {
  const outgoing = compose(transport.baseUrl, operation, given, options)
  let maybeDone = false
  for (let attempt = 0; ; attempt++) {
    let isSent = false
    try {
      const token = await authorize()
      isSent = true
      return await exchange(transport, outgoing, token, options.signal)
    } catch (error) {
      if (!(error instanceof RolecallError)) throw error
      // The answer of an earlier attempt was lost; what it asked for is so.
      if (maybeDone && outgoing.method === 'DELETE' && !outgoing.hasAnswer && error.code === 'not_found') return nothing
      const isUnknown = isSent && error.outcome === 'unknown'
      maybeDone ||= isUnknown
      const waitMs = retryAfterMs(error, attempt)
      if (attempt >= transport.retries || waitMs === undefined || (isUnknown && !isRepeatable(outgoing))) throw error
      await sleep(waitMs, options.signal)
    }
  }
}

const nothing: Reply = { body: undefined, seq: undefined }
const longestWaitMs = 10_000

function retryAfterMs(error: RolecallError, attempt: number): number | undefined {
  if (error.code !== 'network' && error.code !== 'unavailable' && error.code !== 'rate_limited') return undefined
  const jitteredMs = backoffMs(attempt, 250, 5_000)
  if (error.retryAfter === undefined) return jitteredMs
  // Who has to wait longer than this is told, rather than kept waiting.
  return error.retryAfter * 1000 > longestWaitMs ? undefined : error.retryAfter * 1000 + jitteredMs
}

/**
 * Refused attempts may be repeated always. One of unknown outcome only where twice is as good as once: by an
 * idempotency key, or because it sets a value rather than adding something. Signing up and signing in do neither.
 */
function isRepeatable({ method, headers }: Outgoing): boolean {
  return method !== 'POST' || 'idempotency-key' in headers
}

function compose(baseUrl: string, operation: Operation, given: Given, options: SendOptions): Outgoing {
  const rest = { ...given }
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = rest[name]
    delete rest[name]
    // A dot segment would be resolved away and name another resource.
    if (typeof value !== 'string' || /^\.{0,2}$/.test(value)) throw new TypeError(`${name} must be an id`)
    return encodeURIComponent(value)
  })
  const query = new URLSearchParams()
  for (const name of [...(operation.query ?? []), ...(operation.previews ? ['dryRun'] : [])]) {
    const value = rest[name]
    delete rest[name]
    if (value === undefined) continue
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
      throw new TypeError(`${name} must be a text, a number or a boolean`)
    query.set(name, `${value}`)
  }
  const { method } = operation
  const { format } = options
  const headers: Record<string, string> = { accept: format ?? operation.media ?? 'application/json' }
  const hasBody = method !== 'GET' && (method !== 'DELETE' || Object.keys(rest).length > 0)
  if (hasBody) headers['content-type'] = 'application/json'
  if (method === 'POST' && operation.needs !== 'anyone') {
    headers['idempotency-key'] = options.idempotencyKey ?? crypto.randomUUID()
  }
  const hasAnswer = operation.status !== 204 || given.dryRun === true
  const search = query.size > 0 ? `?${query}` : ''
  const url = `${baseUrl}/v1${path}${search}`
  const isFile = operation.media !== undefined
  return { method, isFile, hasAnswer, url, body: hasBody ? JSON.stringify(rest) : undefined, headers, format }
}

async function exchange(
  transport: Transport,
  { method, isFile, hasAnswer, url, body, headers, format }: Outgoing,
  token: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Reply> {
  const timeout = AbortSignal.timeout(transport.timeoutMs)
  const changes = method !== 'GET'
  let response: Response
  let content: string | Blob
  try {
    response = await transport.fetch(url, {
      method,
      headers: token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` },
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      ...(body === undefined ? {} : { body }),
    })
    content = isFile && response.status === 200 ? await response.blob() : await response.text()
  } catch (error) {
    signal?.throwIfAborted()
    throw networkError(error, { changes })
  }
  const isText = format !== undefined && response.headers.get('content-type')?.startsWith(format)
  const answer = isText || typeof content !== 'string' ? content : parse(content)
  if (!response.ok) {
    throw isProblem(answer)
      ? problemOf(response, answer)
      : networkError(undefined, { status: response.status, changes })
  }
  const mayBeEmpty = !hasAnswer && response.status === 204
  const isMissing = format === undefined ? !mayBeEmpty && answer === undefined : !isText
  if (isMissing) throw networkError(content, { status: response.status, changes })
  const seq = response.headers.get('rolecall-seq')
  return { body: answer, seq: seq === null ? undefined : Number(seq) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Nothing (204), or the page of a proxy: the caller tells them apart by the status.
    return undefined
  }
}

function problemOf(response: Response, answer: Problem): RolecallError {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  const requestId = response.headers.get('x-request-id')
  return new RolecallError(answer, {
    ...(Number.isFinite(seconds) ? { retryAfter: seconds } : {}),
    ...(requestId === null ? {} : { requestId }),
  })
}
