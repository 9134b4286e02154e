import { type LiveSocket, packetsOf, webSocketOf } from './socket.ts'

type Connection = LiveSocket['conn']

/** What the server keeps for a client that reads slower than it is sent to, beside the network's own buffers. */
const maxUnsentBytes = 256 * 1024
/** And for how long, when the network takes none of it: a replay waits for its reader, and fills nothing. */
const maxStillMs = 20_000
const lookEveryMs = 100

/**
 * Cuts clients that do not read: what they miss is in the log, and they read it from their cursor when they come back.
 * Answers what stops the looking.
 */
export function boundSendBuffers(connections: () => Iterable<Connection>): () => void {
  const waiting = new WeakMap<Connection, { readonly takenBytes: number; readonly since: number }>()

  /** Whether there is something to send, of which the network has taken nothing for too long. */
  function isStill(connection: Connection): boolean {
    const tcp = webSocketOf(connection)?._socket
    if (!tcp || tcp.writableLength === 0) {
      waiting.delete(connection)
      return false
    }
    const takenBytes = tcp.bytesWritten - tcp.writableLength
    const known = waiting.get(connection)
    if (known?.takenBytes === takenBytes) return performance.now() - known.since > maxStillMs
    waiting.set(connection, { takenBytes, since: performance.now() })
    return false
  }

  const timer = setInterval(() => {
    for (const connection of connections()) {
      if (unsentBytes(connection) > maxUnsentBytes || isStill(connection)) cut(connection)
    }
  }, lookEveryMs)
  timer.unref()
  return () => clearInterval(timer)
}

/** What waits for this client to read. */
export function unsentBytes(connection: Connection): number {
  const inPackets = packetsOf(connection).reduce(
    (sum, { data }) => sum + (typeof data === 'string' ? data.length : 0),
    0,
  )
  return inPackets + (webSocketOf(connection)?.bufferedAmount ?? 0)
}

/** At once: a closing handshake would wait for the one who does not read, and keep the buffers for as long. */
function cut(connection: Connection): void {
  const socket = webSocketOf(connection)
  if (socket === undefined) connection.close(true)
  else socket.terminate()
}
