import type { ClientToServer, HandshakeRefusal, Problem, ServerToClient } from '@rolecall/contract'
import type { Socket } from 'socket.io-client'
import { isProblem } from '../error.ts'

export type LiveSocket = Socket<ServerToClient, ClientToServer>

/** A socket that connects when it is told to. Loads socket.io-client, which who is never live does without. */
export async function createSocket(baseUrl: string): Promise<LiveSocket> {
  const { io } = await import('socket.io-client')
  const { origin, pathname } = new URL(baseUrl)
  return io(origin, {
    path: `${pathname.replace(/\/$/, '')}/socket.io`,
    autoConnect: false,
    // Ours, because who watches wants to know when the next attempt comes.
    reconnection: false,
    forceNew: true,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
  })
}

/** The problem with which a handshake was refused; none when the server could not be reached. */
export function refusalOf(error: Error & { data?: Partial<HandshakeRefusal> }): Problem | undefined {
  const problem = error.data?.problem
  return isProblem(problem) ? problem : undefined
}

/** Whether trying again later can help. */
export function isPassing({ code }: Problem): boolean {
  return code === 'unavailable' || code === 'internal' || code === 'rate_limited' || code === 'unauthenticated'
}
