import type { IncomingMessage } from 'node:http'
import type { Readable, Writable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { limitCommands } from './command-length.ts'

export interface BodyLimits {
  /** Of what is sent as of what it unpacks to. */
  readonly maxBytes: number
  /** Of the lines that say what a push would change; absent for what is no push. */
  readonly maxCommandBytes?: number
}

const isPacked = ({ headers }: IncomingMessage) => /^(x-)?gzip$/i.test(headers['content-encoding'] ?? '')

/** What git is told of the length of a body, which is handed to it unpacked. */
export function lengthOf(request: IncomingMessage): Record<string, string> {
  const length = isPacked(request) ? undefined : request.headers['content-length']
  return length === undefined ? {} : { CONTENT_LENGTH: length }
}

/**
 * Hands a request’s body on, unpacked: a megabyte can unpack to a gigabyte, and git would read all of it. Git may
 * answer, and end, before it has read all; the rest is taken and dropped then, since a client reads the answer only once
 * it has sent everything.
 * @param onBad the body is longer than it may be, or cannot be unpacked
 */
export function forwardBody(
  request: IncomingMessage,
  stdin: Writable,
  { maxBytes, maxCommandBytes }: BodyLimits,
  onBad: () => void,
): void {
  const source: Readable = isPacked(request) ? request.pipe(createGunzip()) : request
  const isShort = maxCommandBytes === undefined ? () => true : limitCommands(maxCommandBytes)
  let isOpen = true
  const drop = () => {
    isOpen = false
    source.resume()
  }
  const refuse = () => {
    stdin.destroy()
    onBad()
  }
  if (source !== request) {
    // Parts of gzip that unpack to nothing are many as well.
    request.on('data', counter(maxBytes, refuse))
    source.on('error', refuse)
  }
  const count = counter(maxBytes, refuse)
  stdin.on('error', drop).on('close', drop)
  stdin.on('drain', () => source.resume())
  source.on('data', (part: Buffer) => {
    count(part)
    if (!isOpen) return
    if (!isShort(part)) refuse()
    else if (!stdin.write(part)) source.pause()
  })
  source.on('end', () => stdin.end())
}

function counter(maxBytes: number, onExcess: () => void): (part: Buffer) => void {
  let bytes = 0
  return (part) => {
    const isExceeded = bytes > maxBytes
    bytes += part.length
    if (!isExceeded && bytes > maxBytes) onExcess()
  }
}

/** What a client still sends once it has its answer is taken so long. */
const restMs = 30_000

/** Ends the connection of a client that goes on sending although it has been answered. */
export function boundRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return
  const timer = setTimeout(() => request.destroy(), restMs).unref()
  const stop = () => clearTimeout(timer)
  request.once('end', stop).once('close', stop)
}
