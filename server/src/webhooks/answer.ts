import type { Answered } from './post.ts'

/** What has come of an answer so far. */
export interface Received {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly chunks: Uint8Array[]
  size: number
  isWhole: boolean
}

/** What is kept of an answer, and what it asks for. */
export function answerOf(
  received: Received,
  bodyLimit: number,
  now: Date,
): Pick<Answered, 'response' | 'retryAfterMs' | 'isGone'> {
  const { status, headers } = received
  const isTaken = status >= 200 && status < 300
  const retryAfterMs = isTaken ? undefined : retryAfterOf(headers['retry-after'], now)
  return {
    response: { status, headers: shownHeaders(headers), ...shownBody(received, bodyLimit) },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    isGone: status === 410,
  }
}

/** They are kept as fields of a document: names that mean something there are left out. */
function shownHeaders(headers: Received['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      if (value === undefined || !/^[a-z0-9][a-z0-9_-]*$/.test(name)) return []
      return [[name, Array.isArray(value) ? value.join(', ') : value]]
    }),
  )
}

/** As text whatever it is, and at most so many bytes of that: what is no UTF-8 grows when it is replaced. */
function shownBody({ chunks, isWhole }: Received, bodyLimit: number): { body: string; truncated: boolean } {
  const bytes = Buffer.concat(chunks).subarray(0, bodyLimit)
  const text = new TextDecoder().decode(bytes, { stream: !isWhole })
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(bodyLimit))
  return { body: text.slice(0, read), truncated: !isWhole || read < text.length }
}

const mostMs = 24 * 60 * 60 * 1000
const date = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*, .{9,11} \d{2}:\d{2}:\d{2} GMT$/

/** Seconds or an HTTP date (RFC 9110, section 10.2.3), at most a day; what is neither is none. */
function retryAfterOf(header: string | string[] | undefined, now: Date): number | undefined {
  const text = typeof header === 'string' ? header.trim() : ''
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, mostMs)
  const at = date.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.min(Math.max(at - now.getTime(), 0), mostMs)
}
