import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { problem } from '@rolecall/contract'
import { answerProblem } from './answer-problem.ts'

export interface HttpServer {
  /** For the sockets, which share the port. */
  readonly server: Server
  readonly port: () => number
  listen(port: number, host: string): Promise<void>
  /** Takes no new requests and resolves when the present ones are answered, or after `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>
  /** Resolves when all connections have ended; those that are left after `graceMs` are cut. */
  close(graceMs?: number): Promise<void>
}

/** How long the body of a request may take, unless `allowLongBody` says otherwise. */
const bodyMs = 30_000

export function createHttpServer(handler: RequestListener): HttpServer {
  const answering = new Set<ServerResponse>()
  let isStopping = false

  const server = createServer((request, response) => {
    if (isStopping) {
      response.setHeader('Connection', 'close')
      answerProblem(response, problem('unavailable', { detail: 'This server is stopping.' }))
      return
    }
    answering.add(response)
    response.once('close', () => answering.delete(response))
    handler(request, response)
  })
  // A proxy keeps its connections for a minute: they must not end here just when it sends the next request.
  server.keepAliveTimeout = 65_000
  server.headersTimeout = 30_000
  // Node’s would hold for pushes too.
  server.requestTimeout = 0

  server.on('clientError', (error, socket) => {
    if (!socket.writable || ('code' in error && error.code === 'ECONNRESET')) {
      socket.destroy()
      return
    }
    const body = JSON.stringify(problem('invalid_request', { detail: 'This is not valid HTTP.' }).toProblem())
    socket.end(
      `HTTP/1.1 400 Bad Request\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    )
  })

  let closed: Promise<unknown> = Promise.resolve()

  function port(): number {
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  return {
    server,
    port,
    async listen(wanted, host) {
      // Before any other listener, the sockets’ polling included.
      server.prependListener('request', limitBody)
      server.listen(wanted, host)
      await once(server, 'listening')
      closed = once(server, 'close')
    },
    async drain(timeoutMs) {
      isStopping = true
      server.close()
      const finished = [...answering].map(async (response) => {
        if (!response.headersSent) response.setHeader('Connection', 'close')
        if (!response.closed) await once(response, 'close')
      })
      let timer: NodeJS.Timeout | undefined
      const timeout = new Promise<void>((done) => {
        timer = setTimeout(done, timeoutMs)
      })
      await Promise.race([Promise.all(finished), timeout])
      clearTimeout(timer)
    },
    async close(graceMs = 0) {
      isStopping = true
      server.close()
      const timer = setTimeout(() => server.closeAllConnections(), graceMs)
      await closed
      clearTimeout(timer)
    },
  }
}

const bodyLimits = new WeakMap<IncomingMessage, () => void>()

/** For a request whose sender has been let in and may take long: whoever calls it sets a limit of its own. */
export function allowLongBody(request: IncomingMessage): void {
  bodyLimits.get(request)?.()
}

function limitBody(request: IncomingMessage): void {
  const hasBody = 'transfer-encoding' in request.headers || Number(request.headers['content-length'] ?? 0) > 0
  if (!hasBody) return
  // Of a request that was answered before its body had come, Node tells nobody that its connection has ended.
  const timer = setTimeout(() => request.destroy(), bodyMs).unref()
  const stop = () => clearTimeout(timer)
  request.once('end', stop).once('close', stop)
  bodyLimits.set(request, stop)
}
