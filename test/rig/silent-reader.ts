import type { LiveClient } from './live.ts'

/**
 * Stops the client's socket from reading, while it goes on to say that it is alive: the heartbeat finds nothing. Answers
 * what lets it read again.
 */
export function stopReading({ socket }: LiveClient): () => void {
  // None of it is in the types of the client: an object of ws, and its TCP socket.
  const webSocket = Reflect.get(socket.io.engine.transport, 'ws') as {
    send(packet: string): void
    readonly _socket: { pause(): void; resume(): void }
  }
  const tcp = webSocket._socket
  tcp.pause()
  // Nor does the client miss the server's part of the heartbeat.
  clearTimeout(Reflect.get(socket.io.engine, '_pingTimeoutTimer') as NodeJS.Timeout)
  Reflect.set(socket.io.engine, '_pingTimeoutTime', Number.POSITIVE_INFINITY)
  const pong = '3'
  const beat = setInterval(() => webSocket.send(pong), 500)
  socket.once('disconnect', () => clearInterval(beat))
  return () => {
    clearInterval(beat)
    tcp.resume()
  }
}
