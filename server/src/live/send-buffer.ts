import type { LiveSocket } from './socket.ts'

type Connection = LiveSocket['conn']

/** What the server keeps for a client that reads slower than it is sent to, beside the network's own buffers. */
const maxUnsentBytes = 256 * 1024
const lookEveryMs = 100

/**
 * Cuts clients that do not read: what they miss is in the log, and they read it from their cursor when they come back.
 * Answers what stops the looking.
 */
export function boundSendBuffers(connections: () => Iterable<Connection>): () => void {
  const timer = setInterval(() => {
    for (const connection of connections()) if (unsentBytes(connection) > maxUnsentBytes) cut(connection)
  }, lookEveryMs)
  timer.unref()
  return () => clearInterval(timer)
}

/** `bufferedAmount` counts what ws and the TCP socket hold, `writeBuffer` the packets that Engine.IO has not passed on. */
function unsentBytes(connection: Connection): number {
  const waiting: unknown = Reflect.get(connection, 'writeBuffer')
  const packets = Array.isArray(waiting) ? waiting : []
  const inPackets = packets.reduce((sum: number, { data }) => sum + (typeof data === 'string' ? data.length : 0), 0)
  return inPackets + (webSocketOf(connection)?.bufferedAmount ?? 0)
}

/** At once: a closing handshake would wait for the one who does not read, and keep the buffers for as long. */
function cut(connection: Connection): void {
  const socket = webSocketOf(connection)
  if (socket === undefined) connection.close(true)
  else socket.terminate()
}

interface WebSocketLike {
  readonly bufferedAmount: number
  terminate(): void
}

function webSocketOf({ transport }: Connection): WebSocketLike | undefined {
  const socket: unknown = Reflect.get(transport, 'socket')
  const isWebSocket = typeof socket === 'object' && socket !== null && 'terminate' in socket
  return isWebSocket ? (socket as WebSocketLike) : undefined
}
