import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { atEnd } from './teardown.ts'

export interface FlakyNetwork {
  /** The server, by way of this network. */
  readonly url: string
  /** The same as host and port. */
  readonly address: string
  /** How many connections were made so far. */
  readonly connections: () => number
  /** Resolves once none is open. */
  untilNoneIsOpen(): Promise<void>
  /** Breaks every connection that is open. */
  cut(): void
  /** Breaks them and lets no new one through until `up`. */
  down(): void
  /** Nothing arrives and nobody is told. What is sent arrives after `up`, as after a short partition. */
  hold(): void
  /** Nothing arrives and nobody is told. Connections of that time stay dead after `up`, new ones pass. */
  swallow(): void
  /** Whatever is sent takes so long, in each direction. */
  delay(ms: number): void
  /** Keeps back what is sent to the server and has this text in it; answers what lets it go on its way. */
  keepBack(text: string): () => void
  /** The same of one packet alone, the next one. */
  keepBackNext(text: string): () => void
  /** Resolves with the next packet to the server that has this text in it. */
  next(text: string): Promise<Buffer>
  up(): void
}

interface Link {
  isDead: boolean
}

interface Keeping {
  readonly text: string
  readonly isOnce: boolean
  readonly released: Promise<void>
  release(): void
}

interface Waiting {
  readonly text: string
  resolve(packet: Buffer): void
}

/** A road to a server, by its URL or its socket, on which connections break, stall or hang when the test says so. */
export async function aFlakyNetwork(server: string | NetConnectOpts): Promise<FlakyNetwork> {
  const far = typeof server === 'string' ? addressOf(server) : server
  const open = new Set<Socket>()
  const links = new Set<Link>()
  let mode: 'up' | 'down' | 'held' | 'swallowing' = 'up'
  let delayMs = 0
  let count = 0
  let release: () => void = () => undefined
  let released = Promise.resolve()
  const keeping = new Set<Keeping>()
  const awaited = new Set<Waiting>()

  async function look(packet: Buffer): Promise<void> {
    for (const one of awaited) {
      if (!packet.includes(one.text)) continue
      awaited.delete(one)
      one.resolve(packet)
    }
    // As they are now: what is kept back from here on is another packet.
    for (const one of [...keeping]) {
      if (!packet.includes(one.text)) continue
      if (one.isOnce) keeping.delete(one)
      await one.released
    }
  }

  async function carry(from: Socket, to: Socket, link: Link, isRequest: boolean): Promise<void> {
    for await (const chunk of from) {
      if (isRequest) await look(chunk)
      if (delayMs > 0) await pause(delayMs)
      if (mode === 'held') await released
      if (link.isDead) continue
      if (!to.write(chunk)) await Promise.race([once(to, 'drain'), once(to, 'close')])
    }
  }

  const road = createServer((near) => {
    if (mode === 'down') {
      near.destroy()
      return
    }
    count += 1
    const link = { isDead: mode === 'swallowing' }
    links.add(link)
    const other = connect(far)
    for (const [from, to] of [
      [near, other],
      [other, near],
    ] as const) {
      open.add(from)
      from.on('close', () => {
        open.delete(from)
        links.delete(link)
        to.destroy()
      })
      // A broken connection is what this is for; the other end learns of it by `close`.
      carry(from, to, link, from === near).then(
        () => to.end(),
        () => to.destroy(),
      )
    }
  })
  road.listen(0, '127.0.0.1')
  await once(road, 'listening')

  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  const keepBack = (text: string, isOnce: boolean) => {
    let release: () => void = () => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const one = { text, isOnce, released, release }
    keeping.add(one)
    atEnd(async () => release())
    return () => {
      keeping.delete(one)
      release()
    }
  }
  const up = () => {
    mode = 'up'
    release()
  }
  atEnd(async () => {
    road.close()
    up()
    cut()
  })
  const address = `127.0.0.1:${(road.address() as AddressInfo).port}`
  return {
    url: `http://${address}`,
    address,
    connections: () => count,
    async untilNoneIsOpen() {
      for (const socket of open) await new Promise((resolve) => socket.once('close', resolve))
    },
    cut,
    down() {
      mode = 'down'
      cut()
    },
    hold() {
      mode = 'held'
      released = new Promise((resolve) => {
        release = resolve
      })
    },
    swallow() {
      mode = 'swallowing'
      for (const link of links) link.isDead = true
    },
    delay(ms) {
      delayMs = ms
    },
    keepBack: (text) => keepBack(text, false),
    keepBackNext: (text) => keepBack(text, true),
    next: (text) => new Promise((resolve) => awaited.add({ text, resolve })),
    up,
  }
}

function addressOf(url: string): NetConnectOpts {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port) }
}
