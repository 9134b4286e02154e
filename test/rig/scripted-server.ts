import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ProblemCode } from '@rolecall/contract'
import { problem } from '@rolecall/contract'
import { atEnd } from './teardown.ts'

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: unknown
}

export type Act = (response: ServerResponse, request: Received) => void

/** A server that answers each request with the next act; the last one goes for all that follow. */
export async function aScriptedServer(...acts: Act[]): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const { method = '', url = '', headers } = request
    const seen = { method, path: url, headers, body: text === '' ? undefined : JSON.parse(text) }
    received.push(seen)
    const act = acts[Math.min(received.length, acts.length) - 1]
    act?.(response, seen)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(async () => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received }
}

/** The connection breaks before an answer. */
export const breaks: Act = (response) => response.destroy()

export const answers =
  (status: number, body?: unknown, headers: Record<string, string> = {}): Act =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(body === undefined ? undefined : JSON.stringify(body))
  }

export const refuses = (
  code: ProblemCode,
  details: { outcome?: 'unknown'; detail?: string } = {},
  headers: Record<string, string> = {},
): Act => {
  const body = problem(code, details).toProblem()
  return answers(body.status, body, { 'content-type': 'application/problem+json', ...headers })
}
