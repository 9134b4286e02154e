/** Many connections of WebSocket clients that count what comes. As light as can be: they share the machine with the server. */
import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { monotonicMs, serve } from './serve.ts'

export interface Opening {
  readonly url: string
  readonly count: number
  readonly protocol: 'socket.io' | 'ws'
  readonly token?: string
  /** Sent as `subscribe` by each; a client is ready when that was acknowledged. */
  readonly subscribe?: object
  /** How many connect at the same time. */
  readonly atOnce?: number
}

const sockets = new Set<WebSocket>()
let received = 0
let refused = 0
let lastAt = 0
let awaited: { total: number; resolve: () => void } | undefined

function count(): void {
  received += 1
  lastAt = monotonicMs()
  if (awaited === undefined || received < awaited.total) return
  awaited.resolve()
  awaited = undefined
}

class Unavailable extends Error {}

function connectOnce({ url, protocol, token, subscribe }: Opening): Promise<void> {
  const address = url.replace('http:', 'ws:')
  const path = protocol === 'ws' ? '' : '/socket.io/?EIO=4&transport=websocket'
  const socket = new WebSocket(`${address}${path}`, { perMessageDeflate: false })
  sockets.add(socket)
  return new Promise((resolve, reject) => {
    const refuse = (text: string) => {
      sockets.delete(socket)
      socket.terminate()
      reject(text.includes('"unavailable"') ? new Unavailable(text) : new Error(text))
    }
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the connection was closed')))
    if (protocol === 'ws') socket.on('open', () => resolve())
    // Engine.IO's and Socket.IO's packets begin with their types.
    socket.on('message', (data: Buffer) => {
      const kind = data.toString('latin1', 0, 2)
      if (kind === '42') count()
      else if (kind === '0{') socket.send(`40${JSON.stringify(token === undefined ? {} : { token })}`)
      else if (kind === '40' && subscribe === undefined) resolve()
      else if (kind === '40') socket.send(`420${JSON.stringify(['subscribe', subscribe])}`)
      else if (kind === '44' || (kind === '43' && data.includes('"problem"'))) refuse(data.toString())
      else if (kind === '43') resolve()
      else if (kind === '2') socket.send('3')
    })
  })
}

/** Comes back, as any client does, when the server says that it cannot take it up now. */
async function connect(opening: Opening): Promise<void> {
  while (true) {
    try {
      await connectOnce(opening)
      return
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      refused += 1
      await pause(250 + Math.random() * 500)
    }
  }
}

serve({
  async open(opening: Opening): Promise<void> {
    let left = opening.count
    const one = async () => {
      while (left > 0) {
        left -= 1
        await connect(opening)
      }
    }
    await Promise.all(Array.from({ length: opening.atOnce ?? 50 }, one))
  },
  /** Resolves once so many messages have come since the last `reset`, with when the last of them did. */
  async arrived(total: number): Promise<number> {
    if (received < total) {
      await new Promise<void>((resolve) => {
        awaited = { total, resolve }
      })
    }
    return lastAt
  },
  /** How often a client was told to come back later, since the last `reset`. */
  refused: () => refused,
  reset() {
    received = 0
    refused = 0
    lastAt = 0
  },
  /** All stop reading, and go on to say that they are alive. */
  silence() {
    for (const socket of sockets) {
      socket.pause()
      const beat = setInterval(() => socket.send('3'), 5_000)
      socket.once('close', () => clearInterval(beat))
    }
  },
  closeAll() {
    for (const socket of sockets) {
      socket.removeAllListeners('close')
      socket.terminate()
    }
    sockets.clear()
  },
})
