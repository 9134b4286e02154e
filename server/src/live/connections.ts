/** Sockets and their principals: who is admitted, for how long, and what they may send. */
import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { type Problem, ProblemError, problem } from '@rolecall/contract'
import { liveRequests } from '@rolecall/contract/schemas'
import type { Logger } from 'pino'
import { Server } from 'socket.io'
import type { z } from 'zod'
import type { SessionTable } from '../access/session-table.ts'
import type { Clock } from '../clock.ts'
import { isUnreachable, unreachable } from '../database/unreachable.ts'
import type { Feed } from '../log/feed.ts'
import type { Tokens } from '../sessions/tokens.ts'
import { FanOutAdapter } from './adapter.ts'
import { boundSendBuffers } from './send-buffer.ts'
import { accountRoom, type LiveServer, type LiveSocket, sessionRoom } from './socket.ts'
import type { Subscriber } from './subscribe.ts'

type EngineSocket = LiveSocket['conn']

export interface Connections {
  readonly io: LiveServer
  attach(server: HttpServer): void
  close(): Promise<void>
  /** Ends the sockets of these sessions. */
  disconnect(sessions: readonly string[]): void
}

const maxMessageBytes = 16 * 1024
const authenticationMs = 5_000
/** Packets that a client may send: so many at once, and so many a second in the long run. */
const packetBurst = 200
const packetsPerSecond = 20
const maxTimeoutMs = 2 ** 31 - 1

export function createConnections({
  feed,
  sessions,
  tokens,
  subscriber,
  isAllowedOrigin,
  countHandshake,
  now,
  logger,
}: {
  feed: Feed
  sessions: SessionTable
  tokens: Pick<Tokens, 'verify'>
  subscriber: Subscriber
  isAllowedOrigin: (origin: string | undefined) => boolean
  /** Throws `rate_limited` for an address that connects too often. */
  countHandshake: (request: IncomingMessage) => Promise<void>
  now: Clock
  logger: Logger
}): Connections {
  // Restoring a connection would restore rooms from before a revocation: connectionStateRecovery stays off.
  const io: LiveServer = new Server({
    adapter: FanOutAdapter,
    serveClient: false,
    connectTimeout: authenticationMs,
    maxHttpBufferSize: maxMessageBytes,
    perMessageDeflate: false,
    httpCompression: false,
    cors: { origin: (origin, answer) => answer(null, isAllowedOrigin(origin)) },
    allowRequest: (request, answer) => answer(null, isAllowedOrigin(request.headers.origin)),
  })
  io.use((socket, next) => {
    admit(socket).then(
      () => next(),
      (error: unknown) => next(Object.assign(new Error('refused'), { data: { problem: asProblem(error) } })),
    )
  })
  io.on('connection', welcome)

  function asProblem(error: unknown): Problem {
    if (error instanceof ProblemError) return error.toProblem()
    if (isUnreachable(error)) return unreachable(error).toProblem()
    logger.error({ err: error }, 'a message of a socket failed')
    return problem('internal').toProblem()
  }

  let stopLooking: () => void = () => undefined

  /** Before anything is decoded: what arrives too fast is not looked at. */
  function boundPackets(connection: EngineSocket): void {
    let allowance = packetBurst
    let countedAt = performance.now()
    connection.on('packet', () => {
      const at = performance.now()
      allowance = Math.min(packetBurst, allowance + ((at - countedAt) * packetsPerSecond) / 1_000) - 1
      countedAt = at
      if (allowance < 0) connection.close(true)
    })
  }

  async function authenticate(token: unknown) {
    if (typeof token !== 'string') throw problem('unauthenticated')
    const { expiresAt, ...principal } = await tokens.verify(token)
    if (!(await sessions.isOpen(principal))) {
      throw problem('unauthenticated', { detail: 'This session has ended.' })
    }
    return { principal, expiresAt }
  }

  async function admit(socket: LiveSocket): Promise<void> {
    await countHandshake(socket.request)
    if (!feed.isReady()) throw problem('unavailable')
    const { principal, expiresAt } = await authenticate(socket.handshake.auth.token)
    Object.assign(socket.data, { principal, expiresAt, subscriptions: new Map(), replaying: Promise.resolve() })
  }

  function expireAt(socket: LiveSocket, at: Date): void {
    clearTimeout(socket.data.expiry)
    const delay = Math.min(at.getTime() - now().getTime(), maxTimeoutMs)
    socket.data.expiry = setTimeout(() => socket.disconnect(true), delay)
  }

  function welcome(socket: LiveSocket): void {
    const { data } = socket
    expireAt(socket, data.expiresAt)
    // With the adapter of this process, joining and leaving are done when they return.
    void socket.join([accountRoom(data.principal.account), sessionRoom(data.principal.session)])
    socket.on('disconnect', () => {
      clearTimeout(data.expiry)
      for (const subscription of [...data.subscriptions.values()]) subscriber.end(subscription, 'over')
    })
    // Between the handshake and here the session may have ended, and nobody would have found this socket.
    if (sessions.hasEnded(data.principal.session)) {
      socket.disconnect(true)
      return
    }
    handle(socket, 'subscribe', liveRequests.subscribe, (request, acknowledge) =>
      subscriber.subscribe(socket, request, acknowledge),
    )
    handle(socket, 'unsubscribe', liveRequests.unsubscribe, async ({ organisation }, acknowledge) => {
      const subscription = data.subscriptions.get(organisation)
      if (subscription !== undefined) subscriber.end(subscription, 'over')
      acknowledge({})
    })
    handle(socket, 'authenticate', liveRequests.authenticate, async ({ token }, acknowledge) => {
      const { principal, expiresAt } = await authenticate(token)
      if (principal.account !== data.principal.account) {
        throw problem('forbidden', { detail: 'A connection stays with the account that opened it.' })
      }
      if (!socket.connected) return
      void socket.leave(sessionRoom(data.principal.session))
      void socket.join(sessionRoom(principal.session))
      data.principal = principal
      expireAt(socket, expiresAt)
      acknowledge({ expiresAt: expiresAt.toISOString() })
    })
    handle(socket, 'confirm', liveRequests.confirm, async (_request, acknowledge) => {
      await feed.caughtUp()
      // Who is being replayed to gets there by the replay.
      await data.replaying
      acknowledge({})
    })
  }

  /** Checks what came, and answers every failure through the acknowledgement. */
  function handle<Schema extends z.ZodType>(
    socket: LiveSocket,
    name: keyof typeof liveRequests,
    schema: Schema,
    act: (request: z.output<Schema>, acknowledge: (answer: object) => void) => Promise<void>,
  ): void {
    socket.on(name, (request: unknown, acknowledge: unknown) => {
      const answer = typeof acknowledge === 'function' ? acknowledge : () => undefined
      const parsed = schema.safeParse(request)
      if (!parsed.success) {
        const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
        answer({ problem: problem('invalid_request', { errors }).toProblem() })
        return
      }
      act(parsed.data, (value) => answer(value)).catch((error: unknown) => answer({ problem: asProblem(error) }))
    })
  }

  return {
    io,
    attach(server) {
      io.attach(server)
      io.engine.on('connection', boundPackets)
      stopLooking = boundSendBuffers(() => [...io.of('/').sockets.values()].map(({ conn }) => conn))
    },
    async close() {
      stopLooking()
      await io.close()
    },
    disconnect(ended) {
      for (const session of ended) io.in(sessionRoom(session)).disconnectSockets(true)
    },
  }
}
