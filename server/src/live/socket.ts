import type { Socket as TcpSocket } from 'node:net'
import type { ClientToServer, ServerToClient } from '@rolecall/contract'
import type { DefaultEventsMap, Server, Socket } from 'socket.io'
import type { PermissionSet } from '../access/permission-set.ts'
import type { Caller } from '../access/principal.ts'
import type { Holding } from '../access/table.ts'
import type { Subscription } from './subscriptions.ts'

export interface SocketData {
  principal: Caller
  /** Undefined for an API key that does not expire. */
  readonly expiresAt: Date | undefined
  /** Of an API key what it may do, followed from its admission on. */
  readonly holding: Holding | undefined
  /** Ends the socket when its token expires. */
  expiry: NodeJS.Timeout | undefined
  readonly subscriptions: Map<string, Subscription>
  /** The last replay that was asked for. */
  replaying: Promise<void>
}

export type LiveServer = Server<ClientToServer, ServerToClient, DefaultEventsMap, SocketData>
export type LiveSocket = Socket<ClientToServer, ServerToClient, DefaultEventsMap, SocketData>

/** Every socket of an account or API key, subscribed to anything or not. */
export const accountRoom = (account: string) => `account:${account}`

/** Every socket of a session. */
export const sessionRoom = (session: string) => `session:${session}`

/** Those of an organisation's subscribers who see the same. */
export const viewRoom = (organisation: string, { key }: PermissionSet) => `org:${organisation}:${key}`

const maxInFlightBytes = 64 * 1024

/**
 * Resolves when what was sent before has nearly all been taken by the network, with false when the socket is gone.
 * Whoever sends many messages waits for it between them, so that a slow reader holds back only itself.
 */
export async function drained({ conn }: LiveSocket): Promise<boolean> {
  while (conn.readyState === 'open' && !isDrained(conn)) await moved(conn)
  return conn.readyState === 'open'
}

type Connection = LiveSocket['conn']

function isDrained(connection: Connection): boolean {
  return packetsOf(connection).length === 0 && (webSocketOf(connection)?.bufferedAmount ?? 0) <= maxInFlightBytes
}

const moving = new WeakMap<Connection, Promise<void>>()

/** Engine.IO drains when it has handed its packets on, the TCP socket when these have left. */
function moved(connection: Connection): Promise<void> {
  const known = moving.get(connection)
  if (known !== undefined) return known
  const moves = new Promise<void>((resolve) => {
    const tcp = webSocketOf(connection)?._socket
    const settle = () => {
      moving.delete(connection)
      connection.off('drain', settle)
      connection.off('close', settle)
      tcp?.off('drain', settle)
      resolve()
    }
    connection.on('drain', settle)
    connection.on('close', settle)
    tcp?.on('drain', settle)
  })
  moving.set(connection, moves)
  return moves
}

/** What Engine.IO could not pass on yet. Private in its types, and found nowhere else. */
export function packetsOf(connection: Connection): readonly { readonly data?: unknown }[] {
  const waiting: unknown = Reflect.get(connection, 'writeBuffer')
  return Array.isArray(waiting) ? waiting : []
}

interface WebSocketLike {
  /** Bytes that ws and the TCP socket hold. */
  readonly bufferedAmount: number
  readonly _socket: TcpSocket | null
  terminate(): void
}

/** The WebSocket of a connection, unless it still polls. */
export function webSocketOf({ transport }: Connection): WebSocketLike | undefined {
  const socket: unknown = Reflect.get(transport, 'socket')
  const isWebSocket = typeof socket === 'object' && socket !== null && 'terminate' in socket
  return isWebSocket ? (socket as WebSocketLike) : undefined
}
