import type { ClientToServer, ServerToClient } from '@rolecall/contract'
import type { DefaultEventsMap, Server, Socket } from 'socket.io'
import type { Principal } from '../access/principal.ts'
import type { Subscription } from './subscriptions.ts'

export interface SocketData {
  principal: Principal
  /** Ends the socket when its token expires. */
  expiry: NodeJS.Timeout | undefined
  readonly subscriptions: Map<string, Subscription>
}

export type LiveServer = Server<ClientToServer, ServerToClient, DefaultEventsMap, SocketData>
export type LiveSocket = Socket<ClientToServer, ServerToClient, DefaultEventsMap, SocketData>

/** Every socket of an account, subscribed to anything or not. */
export const accountRoom = (account: string) => `account:${account}`

/** Every socket of a session. */
export const sessionRoom = (session: string) => `session:${session}`

/** Those of an organisation's subscribers who see the same. */
export const viewRoom = (organisation: string, view: string) => `org:${organisation}:${view}`

/**
 * Resolves when what was sent before has left for the network, with false when the socket is gone. Whoever sends many
 * messages waits for it between them, so that a slow reader holds back only itself.
 */
export function drained(socket: LiveSocket): Promise<boolean> {
  const { conn } = socket
  if (!socket.connected) return Promise.resolve(false)
  // Private in its types, and the one place where Engine.IO keeps what it could not send yet.
  const unsent: unknown = Reflect.get(conn, 'writeBuffer')
  if (!Array.isArray(unsent) || unsent.length === 0) return Promise.resolve(true)
  return new Promise((resolve) => {
    const settle = (alive: boolean) => {
      conn.off('drain', onDrain)
      conn.off('close', onClose)
      resolve(alive)
    }
    const onDrain = () => settle(true)
    const onClose = () => settle(false)
    conn.once('drain', onDrain)
    conn.once('close', onClose)
  })
}
