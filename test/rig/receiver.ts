/** A real HTTP server of somebody else’s that webhooks are posted to, and that may behave badly. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { atEnd, atEndOfRun } from './teardown.ts'

export interface ReceivedPost {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** As it came over the wire. */
  readonly body: string
}

/** What is done with one request once it has come whole. */
export type Behaviour = (response: ServerResponse, request: ReceivedPost) => void

export interface Receiver {
  readonly url: string
  readonly port: number
  /** Everything that has come, in order, whatever was answered. */
  readonly received: readonly ReceivedPost[]
  /** How it behaves from the next request on. */
  behave(behaviour: Behaviour): void
  /** The first post that fits and that no earlier call has answered; resolves when it comes. */
  next(fits?: (post: ReceivedPost) => boolean): Promise<ReceivedPost>
  /** Resolves once what has come satisfies this; looks again at each post. */
  until(isSatisfied: (received: readonly ReceivedPost[]) => boolean): Promise<void>
  /** How many connections are open. */
  sockets(): number
  /** How many there have been. */
  connections(): number
  /** Resolves once no connection is open. */
  untilNoSockets(): Promise<void>
  close(): Promise<void>
}

interface ReceiverOptions {
  /** To come back where another one was. */
  readonly port?: number
  readonly host?: string
  readonly behaviour?: Behaviour
  /** For the tests of several files. */
  readonly isShared?: boolean
}

export async function aReceiver({
  port = 0,
  host = '127.0.0.1',
  behaviour = answersWith(204),
  isShared = false,
}: ReceiverOptions = {}): Promise<Receiver> {
  const received: ReceivedPost[] = []
  const handedOut = new Set<ReceivedPost>()
  const waiting = new Set<() => void>()
  const open = new Set<Socket>()
  let current = behaviour
  let opened = 0
  const lookAgain = () => {
    for (const look of waiting) look()
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(chunk)
    } catch {
      // The sender went away in the middle: nothing was received.
      return
    }
    const { method = '', url = '', headers } = request
    const post = { method, path: url, headers, body: Buffer.concat(chunks).toString() }
    received.push(post)
    // Before anybody who waits for this post gets to switch it.
    current(response, post)
    lookAgain()
  })
  server.on('connection', (socket) => {
    open.add(socket)
    opened += 1
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      open.delete(socket)
      lookAgain()
    })
  })
  server.listen(port, host)
  await once(server, 'listening')

  const when = <Value>(find: () => Value | undefined) =>
    new Promise<Value>((resolve) => {
      const look = () => {
        const found = find()
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= new Promise((done) => {
      server.close(() => done())
      for (const socket of open) socket.destroy()
    })
    return closing
  }
  if (isShared) atEndOfRun(close)
  else atEnd(close)

  const { port: actual } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}/hook`,
    port: actual,
    received,
    behave: (next) => {
      current = next
    },
    async next(fits = () => true) {
      return when(() => {
        const post = received.find((one) => !handedOut.has(one) && fits(one))
        if (post !== undefined) handedOut.add(post)
        return post
      })
    },
    async until(isSatisfied) {
      await when(() => (isSatisfied(received) ? true : undefined))
    },
    sockets: () => open.size,
    connections: () => opened,
    async untilNoSockets() {
      await when(() => (open.size === 0 ? true : undefined))
    },
    close,
  }
}

export const answersWith =
  (status: number, headers: Readonly<Record<string, string | string[]>> = {}, body = ''): Behaviour =>
  (response) => {
    response.writeHead(status, headers)
    response.end(body)
  }

export const redirectsTo = (location: string, status = 302): Behaviour => answersWith(status, { location })

/** Takes the request and never says a word. */
export const hangs: Behaviour = () => undefined

/** The connection breaks before an answer. */
export const resets: Behaviour = (response) => {
  response.socket?.resetAndDestroy()
}

/** The connection breaks in the middle of an answer. */
export const breaksOff =
  (status = 200): Behaviour =>
  (response) => {
    response.writeHead(status, { 'content-length': '1000' })
    response.write('only so much', () => response.socket?.destroy())
  }

/** An answer of which a byte comes each second, or as often as told, for ever. */
export const dribbles =
  (status = 200, everyMs = 1000): Behaviour =>
  (response) => {
    response.writeHead(status)
    const timer = setInterval(() => response.write('.'), everyMs)
    response.on('close', () => clearInterval(timer))
  }

/** Says status and headers a byte each second, or as often as told, and never comes to their end. */
export const dribblesHeaders =
  (everyMs = 1000): Behaviour =>
  ({ socket }) => {
    socket?.write('HTTP/1.1 200 OK\r\nx: ')
    const timer = setInterval(() => socket?.write('x'), everyMs)
    socket?.on('close', () => clearInterval(timer))
  }

/** A body as fast as it is read, for ever. */
export const neverEnds =
  (status = 200): Behaviour =>
  (response) => {
    response.writeHead(status)
    const chunk = Buffer.alloc(64 * 1024, 'x')
    const fill = () => {
      while (!response.destroyed && response.write(chunk));
    }
    response.on('drain', fill)
    fill()
  }

/** A few kilobytes that would be 64 MiB. */
export const gzipBomb =
  (status = 200): Behaviour =>
  (response) => {
    bomb ??= gzipSync(Buffer.alloc(64 * 1024 * 1024))
    response.writeHead(status, { 'content-encoding': 'gzip', 'content-type': 'text/plain' })
    response.end(bomb)
  }
let bomb: Buffer | undefined

/** An answer with so many bytes of headers. */
export const hugeHeaders =
  (bytes: number, status = 200): Behaviour =>
  ({ socket }) => {
    socket?.write(`HTTP/1.1 ${status} OK\r\ncontent-length: 0\r\nx-huge: ${'x'.repeat(bytes)}\r\n\r\n`)
  }

/** What comes back is not HTTP. */
export const babbles: Behaviour = ({ socket }) => {
  socket?.end('220 mail.example.com ESMTP\r\n')
}
