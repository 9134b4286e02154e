import type { Access, Problem, Revoked, RolecallEvent } from '@rolecall/contract'
import { backoffMs } from '../backoff.ts'
import { networkError, RolecallError } from '../error.ts'
import type { SessionKeeper } from '../session.ts'
import { createEmitter, type Emitter, type Unsubscribe } from './emitter.ts'
import type { ConnectionStatus, Follower } from './follower.ts'
import { createSocket, isPassing, type LiveSocket, refusalOf } from './socket.ts'

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
  /**
   * Resolves once all that was committed when it was asked has come over the present connection. Rejects when there is
   * none, when it is lost meanwhile, and when the server cannot say.
   */
  confirm(): Promise<void>
  close(): void
}

interface Entry {
  readonly follower: Follower
  /** Acknowledged on the present socket: what came before the acknowledgement is of a former subscription. */
  isSubscribed: boolean
  failures: number
  retry: ReturnType<typeof setTimeout> | undefined
}

const acknowledgeWithinMs = 10_000
const stableAfterMs = 5_000
const freshenRetryMs = 5_000

export function createConnection(baseUrl: string, session: SessionKeeper): Connection {
  const followers = new Map<string, Entry>()
  const { on, emit, hears } = createEmitter<AccountMessages>()
  const timers: Partial<Record<'retry' | 'freshen', ReturnType<typeof setTimeout>>> = {}
  let socket: LiveSocket | undefined
  let status: ConnectionStatus = { state: 'connecting' }
  let isOpening = false
  let isClosed = false
  let failures = 0
  let connection = { since: 0 }
  /** With which token the last handshake was refused. */
  let refused: { readonly token: string; readonly problem: Problem } | undefined
  /** Where the server asked to come back at some time within these milliseconds. */
  let spreadMs: number | undefined

  const isWanted = () => !isClosed && (followers.size > 0 || hears('access', 'revoked', 'connected'))
  const isConnected = () => socket?.connected === true

  const stopTimers = () => {
    clearTimeout(timers.retry)
    clearTimeout(timers.freshen)
    delete timers.retry
    for (const { retry } of followers.values()) clearTimeout(retry)
  }

  const setStatus = (next: ConnectionStatus) => {
    status = next
    for (const entry of followers.values()) {
      entry.isSubscribed = false
      entry.follower.status(next)
    }
  }

  const endFollowers = (tell: (follower: Follower) => void) => {
    const ended = [...followers.values()]
    followers.clear()
    for (const { follower } of ended) tell(follower)
  }

  const open = async () => {
    if (isOpening || socket?.active === true) return
    isOpening = true
    stopTimers()
    setStatus({ state: 'connecting' })
    try {
      // The module may not have arrived: without a network, or from a server that was updated meanwhile.
      socket ??= listen(
        await createSocket(baseUrl).catch((error: unknown) => {
          throw networkError(error)
        }),
      )
      const token = await session.accessToken(refused?.token)
      // For those who only listen, the next sign-in opens it.
      if (token === undefined) {
        const problem = refused?.problem
        // Whoever follows anew asks the server anew: an API key that was refused may serve again.
        refused = undefined
        return endFollowers((follower) =>
          problem === undefined ? follower.signedOut() : follower.refused(new RolecallError(problem)),
        )
      }
      if (!isWanted()) return
      socket.auth = { token }
      socket.connect()
    } catch (error) {
      if (!(error instanceof RolecallError)) throw error
      reopen()
    } finally {
      isOpening = false
    }
  }

  const shut = () => {
    stopTimers()
    socket?.disconnect()
  }

  const reopen = () => {
    shut()
    if (!isWanted()) return
    const retryInMs = Math.ceil(spreadMs === undefined ? backoffMs(failures++, 500, 15_000) : Math.random() * spreadMs)
    spreadMs = undefined
    timers.retry = setTimeout(open, retryInMs)
    setStatus({ state: 'reconnecting', retryInMs })
  }

  const forget = (entry: Entry) => {
    clearTimeout(entry.retry)
    if (followers.get(entry.follower.organisation) === entry) followers.delete(entry.follower.organisation)
    if (!isWanted()) shut()
  }

  const subscribe = (entry: Entry) => {
    const { follower } = entry
    const { organisation } = follower
    const cursor = follower.cursor()
    const on = connection
    const isCurrent = () => on === connection && isConnected() && followers.get(organisation) === entry
    const request = { organisation, ...(cursor === undefined ? {} : { cursor }) }
    // By callback, not by promise: events that come in the same packet must find the follower subscribed.
    socket?.timeout(acknowledgeWithinMs).emit('subscribe', request, (late, answer) => {
      if (!isCurrent()) return
      if (late !== null) return reopen()
      if (!('problem' in answer)) {
        entry.isSubscribed = true
        entry.failures = 0
        return follower.subscribed(answer)
      }
      const { problem } = answer
      if (problem.code === 'unauthenticated') return reopen()
      if (isPassing(problem)) {
        const retryInMs = Math.ceil(backoffMs(entry.failures++, 500, 15_000))
        entry.retry = setTimeout(() => isCurrent() && subscribe(entry), retryInMs)
        return follower.status({ state: 'reconnecting', retryInMs })
      }
      forget(entry)
      follower.refused(new RolecallError(problem))
    })
  }

  const authenticate = (token: string) => {
    const on = connection
    socket?.timeout(acknowledgeWithinMs).emit('authenticate', { token }, (late, answer) => {
      if (on === connection && isConnected() && (late !== null || 'problem' in answer)) reopen()
    })
  }

  // Asking for the token renews it when it is due, and a renewed one goes to the server (`tokens`, below).
  const freshenInTime = () => {
    clearTimeout(timers.freshen)
    if (!isConnected()) return
    const freshen = () => session.accessToken().then(freshenInTime, freshenInTime)
    timers.freshen = setTimeout(freshen, Math.max(freshenRetryMs, session.refreshDueInMs() + 100))
  }

  const listen = (made: LiveSocket): LiveSocket => {
    const subscribed = (organisation: string) => {
      const entry = followers.get(organisation)
      return entry?.isSubscribed === true ? entry.follower : undefined
    }
    made.on('connect', () => {
      connection = { since: performance.now() }
      refused = undefined
      freshenInTime()
      emit('connected', undefined)
      for (const entry of followers.values()) subscribe(entry)
    })
    made.on('disconnect', (reason) => {
      if (reason === 'io client disconnect') return
      if (performance.now() - connection.since > stableAfterMs) failures = 0
      reopen()
    })
    made.on('connect_error', (error) => {
      const refusal = refusalOf(error)
      if (refusal?.code === 'unauthenticated' && 'token' in made.auth) {
        refused = { token: String(made.auth.token), problem: refusal }
      }
      if (refusal === undefined || isPassing(refusal)) return reopen()
      shut()
      endFollowers((follower) => follower.refused(new RolecallError(refusal)))
    })
    made.on('access', (access) => {
      emit('access', access)
      subscribed(access.organisation)?.access(access)
    })
    made.on('revoked', (revoked) => {
      const entry = followers.get(revoked.organisation)
      emit('revoked', revoked)
      if (entry === undefined) return
      entry.follower.revoked(revoked)
      forget(entry)
    })
    made.on('event', (event) => {
      const follower = subscribed(event.log)
      if (follower === undefined) return
      follower.event(event)
      emit('event', event)
    })
    made.on('reconnect', ({ withinMs }) => {
      spreadMs = withinMs
    })
    made.on('position', (position) => subscribed(position.organisation)?.position(position))
    made.on('resync', (resync) => subscribed(resync.organisation)?.resync(resync))
    return made
  }

  const openAtOnce = () => {
    if (timers.retry !== undefined) void open()
  }
  if ('document' in globalThis) globalThis.addEventListener('online', openAtOnce)

  const stops = [
    session.on('tokens', ({ accessToken }) => {
      if (isConnected()) authenticate(accessToken)
      else if (isWanted() && timers.retry === undefined) void open()
    }),
    session.on('ended', () => {
      shut()
      endFollowers((follower) => follower.signedOut())
    }),
  ]

  return {
    follow(follower) {
      const entry: Entry = { follower, isSubscribed: false, failures: 0, retry: undefined }
      followers.set(follower.organisation, entry)
      if (isConnected()) subscribe(entry)
      else if (timers.retry === undefined) void open()
      else follower.status(status)
      return () => {
        if (followers.get(follower.organisation) !== entry) return
        if (isConnected()) socket?.emit('unsubscribe', { organisation: follower.organisation }, () => undefined)
        forget(entry)
      }
    },
    on(name, listener) {
      const stop = on(name, listener)
      if (isWanted() && !isConnected() && timers.retry === undefined) void open()
      return () => {
        stop()
        if (!isWanted()) shut()
      }
    },
    isConnected,
    confirm() {
      const on = connection
      return new Promise((resolve, reject) => {
        if (socket === undefined || !isConnected()) return reject(networkError(undefined))
        socket.timeout(acknowledgeWithinMs).emit('confirm', {}, (late, answer) => {
          const isLost = on !== connection || !isConnected()
          // It does not answer, and may be one that nobody has told of its end.
          if (late !== null && !isLost) reopen()
          if (late !== null || isLost) return reject(networkError(late))
          if ('problem' in answer) return reject(new RolecallError(answer.problem))
          resolve()
        })
      })
    },
    close() {
      isClosed = true
      if ('document' in globalThis) globalThis.removeEventListener('online', openAtOnce)
      for (const stop of stops) stop()
      shut()
      followers.clear()
    },
  }
}
