import type {
  Access,
  ClientToServer,
  HandshakeRefusal,
  Position,
  Problem,
  Resync,
  Revoked,
  RolecallEvent,
  ServerToClient,
  Subscription,
} from '@rolecall/contract'
import type { Socket } from 'socket.io-client'
import { backoffMs } from '../backoff.ts'
import { isProblem, RolecallError } from '../error.ts'
import type { SessionKeeper } from '../session.ts'
import { createEmitter, type Emitter, type Unsubscribe } from './emitter.ts'

export type ConnectionStatus =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | { readonly state: 'reconnecting'; readonly retryInMs: number }

/** One organisation’s subscriber. Each message comes here in the order of the organisation’s log. */
export interface Follower {
  readonly organisation: string
  /** Where to go on from; none for the first time. */
  cursor(): string | undefined
  status(status: ConnectionStatus): void
  subscribed(subscription: Subscription): void
  refused(error: RolecallError): void
  signedOut(): void
  event(event: RolecallEvent): void
  access(access: Access): void
  revoked(revoked: Revoked): void
  position(position: Position): void
  resync(resync: Resync): void
}

/** What concerns the account, in any organisation. */
export interface AccountMessages {
  readonly access: Access
  readonly revoked: Revoked
  readonly connected: undefined
  /** Of the organisations that are followed. */
  readonly event: RolecallEvent
}

/** The client’s one socket, shared by all that is live; open while somebody listens and somebody is signed in. */
export interface Connection {
  follow(follower: Follower): Unsubscribe
  /** Listening keeps the socket open. */
  readonly on: Emitter<AccountMessages>['on']
  isConnected(): boolean
  close(): void
}

type LiveSocket = Socket<ServerToClient, ClientToServer>

const acknowledgeWithinMs = 10_000
const stableAfterMs = 5_000

export function createConnection(baseUrl: string, session: SessionKeeper): Connection {
  const followers = new Map<string, { readonly follower: Follower; isSubscribed: boolean }>()
  const { on, emit, hears } = createEmitter<AccountMessages>()
  let socket: LiveSocket | undefined
  let status: ConnectionStatus = { state: 'connecting' }
  let isOpening = false
  let retry: ReturnType<typeof setTimeout> | undefined
  let freshen: ReturnType<typeof setTimeout> | undefined
  let attempt = 0
  let connectedAt = 0
  let refusedToken: string | undefined

  const isWanted = () => followers.size > 0 || hears('access', 'revoked', 'connected')

  const setStatus = (next: ConnectionStatus) => {
    status = next
    for (const entry of followers.values()) {
      entry.isSubscribed = false
      entry.follower.status(next)
    }
  }

  const open = async () => {
    if (isOpening || socket?.active === true || socket?.connected === true) return
    clearTimeout(retry)
    retry = undefined
    isOpening = true
    setStatus({ state: 'connecting' })
    try {
      socket ??= prepare((await import('socket.io-client')).io)
      const token = await session.accessToken(refusedToken)
      // The next sign-in opens it for those who only listen.
      if (token === undefined) return endFollowers()
      if (!isWanted()) return
      socket.auth = { token }
      socket.connect()
    } catch (error) {
      if (!(error instanceof RolecallError)) throw error
      reopenLater()
    } finally {
      isOpening = false
    }
  }

  const reopenLater = () => {
    clearTimeout(retry)
    clearTimeout(freshen)
    if (!isWanted()) return
    const retryInMs = Math.ceil(backoffMs(attempt++, 500, 15_000))
    retry = setTimeout(open, retryInMs)
    setStatus({ state: 'reconnecting', retryInMs })
  }

  const reopen = () => {
    socket?.disconnect()
    reopenLater()
  }

  const shut = () => {
    clearTimeout(retry)
    clearTimeout(freshen)
    retry = undefined
    socket?.disconnect()
  }

  const shutIfUnwanted = () => {
    if (!isWanted()) shut()
  }

  const forget = (organisation: string) => {
    followers.delete(organisation)
    shutIfUnwanted()
  }

  const endFollowers = () => {
    const ended = [...followers.values()]
    followers.clear()
    for (const { follower } of ended) follower.signedOut()
  }

  const subscribe = (entry: { readonly follower: Follower; isSubscribed: boolean }) => {
    const { follower } = entry
    const { organisation } = follower
    const cursor = follower.cursor()
    const at = connectedAt
    // By callback, not by promise: events that come in the same packet must find the follower subscribed.
    socket
      ?.timeout(acknowledgeWithinMs)
      .emit('subscribe', { organisation, ...(cursor === undefined ? {} : { cursor }) }, (late, answer) => {
        if (at !== connectedAt || followers.get(organisation) !== entry) return
        if (late !== null) return reopen()
        if (!('problem' in answer)) {
          entry.isSubscribed = true
          return follower.subscribed(answer)
        }
        if (isPassing(answer.problem)) return reopen()
        forget(organisation)
        follower.refused(new RolecallError(answer.problem))
      })
  }

  const authenticate = (token: string) => {
    const at = connectedAt
    socket?.timeout(acknowledgeWithinMs).emit('authenticate', { token }, (late, answer) => {
      if (at === connectedAt && (late !== null || 'problem' in answer)) reopen()
    })
  }

  // Asking for the token renews it when it is due; the keeper’s `tokens` then hands it to the server.
  const freshenInTime = () => {
    clearTimeout(freshen)
    freshen = setTimeout(
      () => session.accessToken().then(freshenInTime, freshenInTime),
      Math.max(1_000, session.refreshDueInMs() + 100),
    )
  }

  const prepare = (io: typeof import('socket.io-client').io): LiveSocket => {
    const { origin, pathname } = new URL(baseUrl)
    const made: LiveSocket = io(origin, {
      path: `${pathname.replace(/\/$/, '')}/socket.io`,
      autoConnect: false,
      // Ours, because who watches wants to know when the next attempt comes.
      reconnection: false,
      forceNew: true,
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
    })
    const subscribed = (organisation: string) => {
      const entry = followers.get(organisation)
      return entry?.isSubscribed === true ? entry.follower : undefined
    }
    made.on('connect', () => {
      connectedAt = performance.now()
      refusedToken = undefined
      freshenInTime()
      emit('connected', undefined)
      for (const entry of followers.values()) subscribe(entry)
    })
    made.on('disconnect', (reason) => {
      if (reason === 'io client disconnect') return
      if (performance.now() - connectedAt > stableAfterMs) attempt = 0
      reopen()
    })
    made.on('connect_error', (error) => {
      const refusal = problemOf(error)
      made.disconnect()
      if (refusal?.code === 'unauthenticated' && typeof made.auth === 'object') refusedToken = String(made.auth.token)
      if (refusal === undefined || refusal.code === 'unauthenticated' || isPassing(refusal)) return reopenLater()
      for (const { follower } of [...followers.values()]) follower.refused(new RolecallError(refusal))
      followers.clear()
    })
    made.on('access', (message) => {
      emit('access', message)
      subscribed(message.organisation)?.access(message)
    })
    made.on('revoked', (message) => {
      const entry = followers.get(message.organisation)
      followers.delete(message.organisation)
      emit('revoked', message)
      entry?.follower.revoked(message)
      shutIfUnwanted()
    })
    made.on('event', (message) => {
      const follower = subscribed(message.log)
      follower?.event(message)
      if (follower !== undefined) emit('event', message)
    })
    made.on('position', (message) => subscribed(message.organisation)?.position(message))
    made.on('resync', (message) => subscribed(message.organisation)?.resync(message))
    return made
  }

  const atOnce = () => {
    if (retry !== undefined) void open()
  }
  if ('document' in globalThis) globalThis.addEventListener('online', atOnce)

  session.on('tokens', ({ accessToken }) => {
    if (socket?.connected === true) authenticate(accessToken)
    else if (isWanted() && retry === undefined) void open()
  })
  session.on('ended', () => {
    shut()
    endFollowers()
  })

  return {
    follow(follower) {
      const entry = { follower, isSubscribed: false }
      followers.set(follower.organisation, entry)
      if (socket?.connected === true) subscribe(entry)
      else if (retry === undefined) void open()
      else follower.status(status)
      return () => {
        if (followers.get(follower.organisation) !== entry) return
        if (socket?.connected === true)
          socket.emit('unsubscribe', { organisation: follower.organisation }, () => undefined)
        forget(follower.organisation)
      }
    },
    on(name, listener) {
      const stop = on(name, listener)
      if (isWanted()) void open()
      return () => {
        stop()
        shutIfUnwanted()
      }
    },
    isConnected: () => socket?.connected === true,
    close() {
      if ('document' in globalThis) globalThis.removeEventListener('online', atOnce)
      shut()
      followers.clear()
    },
  }
}

function isPassing({ code }: Problem): boolean {
  return code === 'unavailable' || code === 'internal' || code === 'rate_limited' || code === 'unauthenticated'
}

function problemOf(error: Error): Problem | undefined {
  const data = (error as Error & { data?: Partial<HandshakeRefusal> }).data
  return isProblem(data?.problem) ? data.problem : undefined
}
