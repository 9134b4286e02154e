import type { Socket } from 'socket.io'
import { type Burst, begin, extend, joined, type Message, messagesOf } from './burst.ts'

/** Holds back what goes to one connection until the end of the tick, or until something else is sent to it. */
export interface Outbox {
  readonly socket: Socket
  add(message: Message): void
  flush(): void
  close(): void
}

/** `onFilled` hears when there is something to flush. */
export function createOutbox(socket: Socket, onFilled: (outbox: Outbox) => void): Outbox {
  const { conn } = socket
  let burst: Burst | undefined

  function flush(): void {
    if (burst === undefined) return
    const sending = burst
    burst = undefined
    const webSocket = idleWebSocket(conn)
    if (webSocket !== undefined) webSocket._sender.sendFrame([joined(sending)])
    else for (const { text, frame } of messagesOf(sending)) conn.write(text, preEncoded(frame))
  }

  // Engine.IO says so before it queues a packet, whoever sends it: direct emits, acknowledgements, pings, the goodbye.
  conn.on('packetCreate', flush)

  const outbox: Outbox = {
    socket,
    add(message) {
      if (burst !== undefined) {
        burst = extend(burst, message)
        return
      }
      burst = begin(message)
      onFilled(outbox)
    },
    flush,
    close() {
      flush()
      conn.off('packetCreate', flush)
    },
  }
  return outbox
}

type Connection = Socket['conn']

/** Engine.IO’s option for a frame that is made already, which its types leave out (engine.io 6.6, transports/websocket.ts). */
const preEncoded = (frame: Buffer) => ({ compress: true, wsPreEncodedFrame: [frame] })

/** What Engine.IO’s own WebSocket transport uses of ws to write such a frame. */
interface IdleWebSocket {
  readonly readyState: number
  readonly _sender: { sendFrame(frame: readonly Buffer[]): void }
}

const webSocketOpen = 1

/**
 * The WebSocket, if frames can be written to it right away. Not where Engine.IO still has packets for it, which come
 * first; nor with compression, which frames for itself; nor before an upgrade to WebSocket has been completed.
 */
function idleWebSocket(conn: Connection): IdleWebSocket | undefined {
  const { transport } = conn
  if (conn.readyState !== 'open' || transport.name !== 'websocket' || !transport.writable) return undefined
  const { socket, perMessageDeflate } = transport as unknown as { socket: IdleWebSocket; perMessageDeflate: unknown }
  const { writeBuffer } = conn as unknown as { writeBuffer: readonly unknown[] }
  if (perMessageDeflate || writeBuffer.length > 0 || socket.readyState !== webSocketOpen) return undefined
  return socket
}
