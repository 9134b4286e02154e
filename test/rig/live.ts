import type { ClientToServer, ServerToClient, Subscription } from '@rolecall/contract'
import { io, type Socket } from 'socket.io-client'
import type { Person } from './people.ts'
import { atEnd } from './teardown.ts'

export interface Message {
  readonly name: keyof ServerToClient
  // What a test reads out of a message is for its assertions to check.
  // biome-ignore lint/suspicious/noExplicitAny: the assertions say what is read out of it
  readonly body: any
}

export interface LiveClient {
  readonly socket: Socket<ServerToClient, ClientToServer>
  /** Everything that came, in order. */
  readonly received: Message[]
  subscribe(organisation: string, cursor?: string): Promise<Subscription>
  /** Shows another token on the same connection. */
  authenticate(token: string): Promise<void>
  /** The first message, of those that came or are to come, that fits. */
  until(fits: (message: Message) => boolean): Promise<Message>
  /** Resolves when all that the server had sent before has come. */
  settled(): Promise<void>
  /** Resolves with Socket.IO's reason when the server or the network ended the connection. */
  readonly ended: Promise<string>
  close(): void
}

const names = ['event', 'access', 'revoked', 'position', 'resync'] as const

/** A socket as any client could open one, without our SDK. Rejects with the problem of a refused handshake. */
export async function connectLive(
  person: Pick<Person, 'url'> & Partial<Pick<Person, 'session'>>,
  options: { token?: string; transports?: string[]; headers?: Record<string, string> } = {},
): Promise<LiveClient> {
  const token = options.token ?? person.session?.accessToken
  const socket: Socket<ServerToClient, ClientToServer> = io(person.url, {
    auth: { token },
    transports: options.transports ?? ['websocket'],
    extraHeaders: options.headers ?? {},
    forceNew: true,
    reconnection: false,
  })
  atEnd(async () => {
    socket.close()
  })
  const received: Message[] = []
  const waiting = new Set<() => void>()
  for (const name of names) {
    socket.on(name, (body: unknown) => {
      received.push({ name, body })
      for (const look of [...waiting]) look()
    })
  }
  const ended = new Promise<string>((resolve) => {
    socket.on('disconnect', (reason) => resolve(reason))
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', (error) => reject('data' in error ? error.data : error))
    // A server that is killed after the transport opened and before the handshake was answered.
    void ended.then((reason) => reject(new Error(reason)))
  })
  return {
    socket,
    received,
    ended,
    async subscribe(organisation, cursor) {
      const answer = await socket.emitWithAck('subscribe', {
        organisation,
        ...(cursor === undefined ? {} : { cursor }),
      })
      if ('problem' in answer) throw Object.assign(new Error(answer.problem.title), answer)
      return answer
    },
    async authenticate(token) {
      const answer = await socket.emitWithAck('authenticate', { token })
      if ('problem' in answer) throw Object.assign(new Error(answer.problem.title), answer)
    },
    until: (fits) =>
      new Promise((resolve) => {
        const look = () => {
          const found = received.find(fits)
          if (found === undefined) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      }),
    async settled() {
      await socket.emitWithAck('unsubscribe', { organisation: 'org_none' })
    },
    close: () => void socket.close(),
  }
}

/** Fits the event at this position. */
export const eventAt = (seq: number) => (message: Message) => message.name === 'event' && message.body.seq === seq
