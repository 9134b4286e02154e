/** Sends the same to all its clients: with our adapter, as bare Socket.IO, or as bare ws. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { Server } from 'socket.io'
import { WebSocketServer } from 'ws'
import { FanOutAdapter } from '../../server/src/live/adapter.ts'
import { argument, monotonicMs, serve } from './serve.ts'

const room = 'room'
/** As large as an event of ours: about 250 bytes. */
const body = { type: 'member.role_changed', text: 'x'.repeat(200), seq: 1 }

const http = createServer()
const emit = argument() === 'ws' ? bareWebSocket() : socketIo()
http.listen(0, '127.0.0.1')
await once(http, 'listening')
const { port } = http.address() as AddressInfo

function socketIo(): () => void {
  const io = new Server(http, {
    serveClient: false,
    ...(argument() === 'rolecall' ? { adapter: FanOutAdapter } : {}),
  })
  io.on('connection', (socket) => {
    void socket.join(room)
    socket.on('subscribe', ({ missed = 0 }: { missed?: number }, acknowledge: (answer: object) => void) => {
      acknowledge({})
      for (let index = 0; index < missed; index += 1) socket.emit('event', body)
    })
  })
  return () => io.to(room).emit('event', body)
}

function bareWebSocket(): () => void {
  const server = new WebSocketServer({ server: http })
  return () => {
    const text = JSON.stringify(['event', body])
    for (const client of server.clients) client.send(`42${text}`)
  }
}

serve({
  url: () => `http://127.0.0.1:${port}`,
  /** Answers when the last burst was begun. */
  async emit({ bursts, length, pauseMs }: { bursts: number; length: number; pauseMs: number }): Promise<number> {
    let begunAt = 0
    for (let burst = 0; burst < bursts; burst += 1) {
      begunAt = monotonicMs()
      for (let index = 0; index < length; index += 1) emit()
      await pause(pauseMs)
    }
    return begunAt
  },
})
