/** Sockets and their principals: who is admitted, for how long, and what they may send. */
import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { type Problem, ProblemError, problem } from '@rolecall/contract'
import { liveRequests } from '@rolecall/contract/schemas'
import type { Logger } from 'pino'
import { Server } from 'socket.io'
import type { z } from 'zod'
import { endOf, type KeyTimes } from '../access/key-access.ts'
import type { Caller } from '../access/principal.ts'
import type { SessionTable } from '../access/session-table.ts'
import type { Holding } from '../access/table.ts'
import type { Clock } from '../clock.ts'
import { isUnreachable, unreachable } from '../database/unreachable.ts'
import { validate } from '../http/validation.ts'
import type { Feed } from '../log/feed.ts'
import { FanOutAdapter } from './adapter.ts'
import type { Admission } from './admission.ts'
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
  /** Lets the sockets of an API key end when their secrets are accepted no longer, as these times say. */
  bound(key: string, times: KeyTimes): void
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
  admission,
  subscriber,
  isAllowedOrigin,
  countHandshake,
  now,
  logger,
}: {
  feed: Feed
  sessions: SessionTable
  admission: Admission
  subscriber: Subscriber
  isAllowedOrigin: (origin: string | undefined) => boolean
  /** Throws `rate_limited` for an address that connects too often. */
  countHandshake: (request: IncomingMessage) => Promise<void>
  now: Clock
  logger: Logger
}): Connections {
  let isClosing = false
  // Restoring a connection would restore rooms from before a revocation: connectionStateRecovery stays off.
  const io: LiveServer = new Server({
    adapter: FanOutAdapter,
    serveClient: false,
    connectTimeout: authenticationMs,
    maxHttpBufferSize: maxMessageBytes,
    perMessageDeflate: false,
    httpCompression: false,
    cors: { origin: (origin, answer) => answer(null, isAllowedOrigin(origin)) },
    // What comes over a connection that was made before is taken by nobody once all have been sent away.
    allowRequest: (request, answer) => answer(null, !isClosing && isAllowedOrigin(request.headers.origin)),
  })
  io.use((socket, next) => {
    admit(socket).then(
      () => next(),
      (error: unknown) => next(Object.assign(new Error('refused'), { data: { problem: asProblem(error) } })),
    )
  })
  io.on('connection', welcome)

  /** With a `detail` in any case: who shows one to somebody has no answer's text to fall back on. */
  function asProblem(error: unknown): Problem & { readonly detail: string } {
    const { title, ...rest } = problemOf(error).toProblem()
    return { title, detail: title, ...rest }
  }

  function problemOf(error: unknown): ProblemError {
    if (error instanceof ProblemError) return error
    if (isUnreachable(error)) return unreachable(error)
    logger.error({ err: error }, 'a message of a socket failed')
    return problem('internal')
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

  async function admit(socket: LiveSocket): Promise<void> {
    await countHandshake(socket.request)
    if (!feed.isReady()) throw problem('unavailable')
    await feed.fresh()
    const admitted = await admission(socket.handshake.auth.token)
    releaseAtEnd(socket, admitted.holding)
    Object.assign(socket.data, { ...admitted, subscriptions: new Map(), replaying: Promise.resolve() })
  }

  /** Also of a connection that breaks off before it is welcomed. */
  function releaseAtEnd({ conn }: LiveSocket, holding: Holding | undefined): void {
    if (holding === undefined) return
    if (conn.readyState === 'open') conn.once('close', () => holding.release())
    else holding.release()
  }

  function expireAt(socket: LiveSocket, at: Date | undefined): void {
    clearTimeout(socket.data.expiry)
    if (at === undefined) return
    const delay = Math.min(at.getTime() - now().getTime(), maxTimeoutMs)
    socket.data.expiry = setTimeout(() => socket.disconnect(true), delay)
  }

  function welcome(socket: LiveSocket): void {
    const { data } = socket
    // Between the handshake and here session or key may have ended, and nobody would have found this socket.
    const end = endOfAdmission(data)
    expireAt(socket, end)
    // With the adapter of this process, joining and leaving are done when they return.
    void socket.join([accountRoom(data.principal.account), ...sessionRoomsOf(data.principal)])
    socket.on('disconnect', () => {
      clearTimeout(data.expiry)
      data.holding?.release()
      for (const subscription of [...data.subscriptions.values()]) subscriber.end(subscription, 'over')
    })
    if (end !== undefined && end <= now()) {
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
      await feed.fresh()
      const { principal, expiresAt, holding } = await admission(token)
      holding?.release()
      if (principal.account !== data.principal.account || expiresAt === undefined || holding !== undefined) {
        throw problem('forbidden', {
          detail: 'A connection stays with the account that opened it, and with the secret of an API key.',
        })
      }
      if (!socket.connected) return
      for (const room of sessionRoomsOf(data.principal)) void socket.leave(room)
      void socket.join(sessionRoomsOf(principal))
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

  /** As is known by now: the secret of a key may have been rotated away since it was admitted, or end sooner. */
  function endOfAdmission({ principal, holding, expiresAt }: LiveSocket['data']): Date | undefined {
    if (principal.kind === 'account') return sessions.hasEnded(principal.session) ? new Date(0) : expiresAt
    const times = holding?.current()?.times
    return times === undefined ? new Date(0) : endOf(times, principal.generation)
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
      const attempt = async () => act(validate(schema, request), (value) => answer(value))
      attempt().catch((error: unknown) => answer({ problem: asProblem(error) }))
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
      isClosing = true
      stopLooking()
      await io.close()
    },
    disconnect(ended) {
      for (const session of ended) io.in(sessionRoom(session)).disconnectSockets(true)
    },
    bound(key, times) {
      const { adapter, sockets } = io.of('/')
      for (const id of [...(adapter.rooms.get(accountRoom(key)) ?? [])]) {
        const socket = sockets.get(id)
        if (socket === undefined) continue
        const { principal } = socket.data
        if (principal.kind !== 'key') continue
        const end = endOf(times, principal.generation)
        if (end !== undefined && end <= now()) socket.disconnect(true)
        else expireAt(socket, end)
      }
    },
  }
}

/** Of a session, by which its sockets are found when it ends. */
function sessionRoomsOf(principal: Caller): string[] {
  return principal.kind === 'account' ? [sessionRoom(principal.session)] : []
}
