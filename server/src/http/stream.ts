import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Format } from '@rolecall/contract'
import type { Request, Response } from 'express'
import type { Streamed } from './call.ts'

const contentTypes = {
  'text/csv': 'text/csv; charset=utf-8; header=present',
  'application/x-ndjson': 'application/x-ndjson',
} as const satisfies Record<Format, string>

/** The media type in which the answer is wanted, of those that the operation has besides JSON; JSON in every doubt. */
export function formatOf(request: Request, formats: readonly Format[]): Format | undefined {
  const best = request.accepts('application/json', ...formats)
  return formats.find((format) => format === best)
}

/**
 * Sends what comes as it comes, no faster than it is taken. What is refused before the first part is answered as a
 * problem; after that nothing is left but to break off, so that nobody takes a part for the whole.
 */
export async function answerStream(
  request: Request,
  response: Response,
  format: Format,
  { stream, filename }: Streamed,
): Promise<void> {
  const parts = stream[Symbol.asyncIterator]()
  const first = await parts.next()
  response.status(200)
  response.setHeader('Content-Type', contentTypes[format])
  response.setHeader('Content-Disposition', `attachment; filename="${filename}"`)
  if (request.method === 'HEAD') {
    await parts.return?.()
    response.end()
    return
  }
  async function* all() {
    if (!first.done) yield first.value
    yield* { [Symbol.asyncIterator]: () => parts }
  }
  await pipeline(Readable.from(all()), response).catch((error: unknown) => {
    if (!isGone(error)) throw error
  })
}

/** The client went away: there is nobody to tell. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
}
