import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { atEnd } from './teardown.ts'

export interface FlakyNetwork {
  /** The server, by way of this network. */
  readonly url: string
  /** How many connections were made so far. */
  readonly connections: () => number
  /** Breaks every connection that is open. */
  cut(): void
  /** Breaks them and lets no new one through until `up`. */
  down(): void
  up(): void
}

/** A road to a server on which connections break when the test says so. */
export async function aFlakyNetwork(serverUrl: string): Promise<FlakyNetwork> {
  const { hostname, port } = new URL(serverUrl)
  const open = new Set<Socket>()
  let isDown = false
  let count = 0
  const road = createServer((near) => {
    if (isDown) {
      near.destroy()
      return
    }
    count += 1
    const far = connect(Number(port), hostname)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket)
      // A broken connection is what this is for; the other end learns of it by `close`.
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        open.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  })
  road.listen(0, '127.0.0.1')
  await once(road, 'listening')
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  atEnd(async () => {
    road.close()
    cut()
  })
  return {
    url: `http://127.0.0.1:${(road.address() as AddressInfo).port}`,
    connections: () => count,
    cut,
    down() {
      isDown = true
      cut()
    },
    up() {
      isDown = false
    },
  }
}
