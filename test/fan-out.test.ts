import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, Socket as TcpSocket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { Server, type ServerOptions, type Socket } from 'socket.io'
import { type Socket as Client, io as connect, type ManagerOptions } from 'socket.io-client'
import { FanOutAdapter } from '../server/src/live/adapter.ts'
import { atEnd } from './rig/teardown.ts'

interface Peer {
  readonly client: Client
  /** The server’s end. */
  readonly socket: Socket
  /** Name and argument of all that came, in order. */
  readonly received: [string, unknown][]
  until(name: string): Promise<void>
}

interface FanOut {
  readonly io: Server
  peer(rooms?: readonly string[], options?: Partial<ManagerOptions>): Promise<Peer>
}

async function aServer(options: Partial<ServerOptions> = {}): Promise<FanOut> {
  const http = createServer()
  const io = new Server(http, { adapter: FanOutAdapter, ...options })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  atEnd(() => io.close())
  const { port } = http.address() as AddressInfo
  return {
    io,
    async peer(rooms = ['room'], clientOptions = { transports: ['websocket'] }) {
      const client = connect(`http://127.0.0.1:${port}`, { forceNew: true, reconnection: false, ...clientOptions })
      atEnd(async () => void client.close())
      const received: [string, unknown][] = []
      client.onAny((name: string, value: unknown) => received.push([name, value]))
      await new Promise<void>((resolve, reject) => client.once('connect', resolve).once('connect_error', reject))
      const socket = io.sockets.sockets.get(client.id ?? '')
      if (socket === undefined) throw new Error('the server does not know the socket')
      await socket.join([...rooms])
      const until = async (name: string) => {
        if (!received.some(([received]) => received === name))
          await new Promise((resolve) => client.once(name, resolve))
      }
      return { client, socket, received, until }
    },
  }
}

/** The TCP connection below a transport, of the client’s (`ws`) or the server’s (`socket`): to count writes, to hold up reading. */
function tcpOf(transport: unknown): TcpSocket {
  const webSocket: unknown = Reflect.get(Object(transport), 'ws') ?? Reflect.get(Object(transport), 'socket')
  const tcp: unknown = Reflect.get(Object(webSocket), '_socket')
  if (!(tcp instanceof TcpSocket)) throw new Error('the transport is no WebSocket')
  return tcp
}

const range = (length: number) => Array.from({ length }, (_, index) => index)

describe('fan-out', () => {
  it('writes what a socket receives in a tick at once', async () => {
    const { io, peer } = await aServer()
    const peers = await Promise.all([peer(), peer(), peer()])
    const writes = peers.map(({ socket }) => {
      const tcp = tcpOf(socket.conn.transport)
      const lengths: number[] = []
      const tcpWrite = tcp.write
      const write = (chunk: Uint8Array): boolean => tcpWrite.call(tcp, chunk)
      tcp.write = (chunk: Uint8Array | string) => lengths.push(chunk.length) > 0 && write(Buffer.from(chunk))
      return lengths
    })
    for (const n of range(10)) io.to('room').emit('event', n)
    await turn()
    expect(writes.map((lengths) => lengths.length)).to.deep.equal([1, 1, 1])
    io.to('room').emit('end')
    for (const { received, until } of peers) {
      await until('end')
      expect(received.slice(0, -1)).to.deep.equal(range(10).map((n) => ['event', n]))
    }
  })

  it('keeps the order between events of a room, direct emits and acknowledgements', async () => {
    const { io, peer } = await aServer()
    const { client, socket, received, until } = await peer()
    socket.on('ask', (acknowledge: (answer: number) => void) => {
      io.to('room').emit('event', 1)
      socket.emit('direct', 2)
      io.to('room').emit('event', 3)
      io.to('room').emit('event', 4)
      acknowledge(5)
      io.to('room').emit('event', 6)
      socket.emit('direct', 7)
      io.to('room').emit('end', 8)
    })
    client.emit('ask', (answer: number) => received.push(['answer', answer]))
    await until('end')
    expect(received.map(([, n]) => n)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('keeps the order between rooms, and sends what goes to two of them once', async () => {
    const { io, peer } = await aServer()
    const [both, left, right] = await Promise.all([peer(['left', 'right']), peer(['left']), peer(['right'])])
    for (const n of range(5)) {
      io.to('left').emit('left', n)
      io.to('right').emit('right', n)
      io.to(['left', 'right']).emit('both', n)
    }
    io.emit('end')
    for (const { until } of [both, left, right]) await until('end')
    const seenBy = (names: string[]) => range(5).flatMap((n) => names.map((name) => [name, n]))
    expect(both.received.slice(0, -1)).to.deep.equal(seenBy(['left', 'right', 'both']))
    expect(left.received.slice(0, -1)).to.deep.equal(seenBy(['left', 'both']))
    expect(right.received.slice(0, -1)).to.deep.equal(seenBy(['right', 'both']))
  })

  it('sends to whoever is in the room at the moment of the emit, not at that of the write', async () => {
    const { io, peer } = await aServer()
    const [leaver, joiner] = await Promise.all([peer(['room']), peer([])])
    io.to('room').emit('event', 1)
    await leaver.socket.leave('room')
    await joiner.socket.join('room')
    io.to('room').emit('event', 2)
    io.emit('end')
    for (const { until } of [leaver, joiner]) await until('end')
    expect(leaver.received[0]).to.deep.equal(['event', 1])
    expect(joiner.received[0]).to.deep.equal(['event', 2])
    expect([leaver.received.length, joiner.received.length]).to.deep.equal([2, 2])
  })

  it('sends a burst before the connection is ended in the same tick', async () => {
    const { io, peer } = await aServer()
    const { client, received } = await peer()
    const ended = new Promise((resolve) => client.once('disconnect', resolve))
    for (const n of range(3)) io.to('room').emit('event', n)
    io.in('room').disconnectSockets(true)
    await ended
    expect(received).to.deep.equal(range(3).map((n) => ['event', n]))
  })

  it('sends a burst before the server closes', async () => {
    const { io, peer } = await aServer()
    const { client, received } = await peer()
    const ended = new Promise((resolve) => client.once('disconnect', resolve))
    io.to('room').emit('event', 1)
    await io.close()
    await ended
    expect(received).to.deep.equal([['event', 1]])
  })

  it('goes on for the others when a client leaves in a burst', async () => {
    const { io, peer } = await aServer()
    const [gone, stays] = await Promise.all([peer(), peer()])
    const left = new Promise((resolve) => gone.socket.once('disconnect', resolve))
    for (const n of range(20)) io.to('room').emit('event', n)
    tcpOf(gone.socket.conn.transport).destroy()
    for (const n of range(20)) io.to('room').emit('event', 20 + n)
    await left
    io.to('room').emit('end')
    await stays.until('end')
    expect(stays.received.slice(0, -1)).to.deep.equal(range(40).map((n) => ['event', n]))
  })

  it('keeps the order with what goes Socket.IO’s own way: volatile, excepted, binary, compressed, acknowledged', async () => {
    const { io, peer } = await aServer()
    const { client, received, until } = await peer()
    client.on('asked', (_n: unknown, acknowledge: (answer: string) => void) => acknowledge('heard'))
    io.to('room').emit('event', 1)
    io.to('room').volatile.emit('volatile', 2)
    io.to('room').emit('event', 3)
    io.to('room').except('nobody').emit('excepted', 4)
    io.to('room').emit('event', 5)
    io.to('room').emit('binary', Buffer.from([6]))
    io.to('room').emit('event', 7)
    const answers = io.to('room').timeout(60_000).emitWithAck('asked', 8)
    io.to('room').emit('event', 9)
    io.to('room').compress(false).emit('uncompressed', 10)
    io.to('room').emit('end', 11)
    await until('end')
    expect(received.map(([, n]) => (Buffer.isBuffer(n) ? n[0] : n))).to.deep.equal(range(11).map((n) => n + 1))
    expect(await answers).to.deep.equal(['heard'])
  })

  it('leaves out whom an emit excepts', async () => {
    const { io, peer } = await aServer()
    const [one, other] = await Promise.all([peer(), peer()])
    io.to('room').emit('event', 1)
    one.socket.to('room').emit('event', 2)
    io.to('room').emit('end')
    for (const { until } of [one, other]) await until('end')
    expect(one.received.map(([, n]) => n)).to.deep.equal([1, undefined])
    expect(other.received.map(([, n]) => n)).to.deep.equal([1, 2, undefined])
  })

  it('tells outgoing listeners, as Socket.IO does', async () => {
    const { io, peer } = await aServer()
    const { socket, until } = await peer()
    const told: unknown[] = []
    socket.onAnyOutgoing((...args: unknown[]) => told.push(args))
    io.to('room').emit('event', 1)
    socket.emit('end', 2)
    await until('end')
    expect(told).to.deep.equal([
      ['event', 1],
      ['end', 2],
    ])
  })

  it('sends the same to a client that polls', async () => {
    const { io, peer } = await aServer()
    const { socket, received, until } = await peer(['room'], { transports: ['polling'] })
    for (const n of range(10)) {
      io.to('room').emit('event', n)
      if (n === 4) socket.emit('direct', 'between')
    }
    io.to('room').emit('end')
    await until('end')
    const events = range(10).map((n) => ['event', n])
    expect(received.slice(0, -1)).to.deep.equal([...events.slice(0, 5), ['direct', 'between'], ...events.slice(5)])
  })

  it('loses and doubles nothing while a client upgrades from polling to WebSocket', async () => {
    const { io, peer } = await aServer()
    const { client, received, until } = await peer(['room'], { transports: ['polling', 'websocket'] })
    let isUpgraded = client.io.engine.transport.name === 'websocket'
    client.io.engine.once('upgrade', () => {
      isUpgraded = true
    })
    let sent = 0
    while (!isUpgraded) {
      for (const _ of range(3)) io.to('room').emit('event', sent++)
      await turn()
    }
    for (const _ of range(30)) io.to('room').emit('event', sent++)
    io.to('room').emit('end')
    await until('end')
    expect(received.slice(0, -1)).to.deep.equal(range(sent).map((n) => ['event', n]))
  })

  it('sends the same where frames are compressed', async () => {
    const { io, peer } = await aServer({ perMessageDeflate: { threshold: 0 } })
    const { socket, received, until } = await peer()
    io.to('room').emit('event', 'a'.repeat(5_000))
    socket.emit('direct', 'b')
    io.to('room').emit('end')
    await until('end')
    expect(received.map(([name]) => name)).to.deep.equal(['event', 'direct', 'end'])
  })

  it('frames texts of every length, and of more than one byte a letter', async () => {
    const { io, peer } = await aServer()
    const { received, until } = await peer()
    // A text of this event is 13 bytes longer as a packet: about the limits of 125 and 65,535 bytes, and far above.
    const texts = [...range(8).map((n) => 109 + n), ...range(8).map((n) => 65_519 + n), 1_000_000].map((n) =>
      'x'.repeat(n),
    )
    texts.push('é€😀'.repeat(10_000))
    for (const text of texts) io.to('room').emit('event', text)
    io.to('room').emit('end')
    await until('end')
    expect(received.slice(0, -1).map(([, text]) => text)).to.deep.equal(texts)
  })

  it('shows in ws’s own figure what a slow reader has not read, and sends it all once it reads', async () => {
    const { io, peer } = await aServer()
    const { client, socket, received, until } = await peer()
    const quick = await peer()
    const bufferedAmount = () => Number(Reflect.get(Reflect.get(socket.conn.transport, 'socket'), 'bufferedAmount'))
    const reading = tcpOf(client.io.engine.transport)
    reading.pause()
    const text = 'x'.repeat(100_000)
    let sent = 0
    while (bufferedAmount() < 1_000_000) {
      io.to('room').emit('event', [sent++, text])
      await turn()
    }
    socket.emit('direct', [sent++])
    for (const _ of range(3)) io.to('room').emit('event', [sent++])
    io.to('room').emit('end')
    await quick.until('end')
    expect(received.length).to.be.below(sent)
    reading.resume()
    await until('end')
    expect(received.slice(0, -1).map(([, value]) => (value as number[])[0])).to.deep.equal(range(sent))
    expect(bufferedAmount()).to.equal(0)
  })

  it('delivers every event to every socket once, in order', async () => {
    const { io, peer } = await aServer()
    const peers: Peer[] = []
    for (const _ of range(200)) peers.push(await peer())
    let sent = 0
    for (const _ of range(10)) {
      for (const _ of range(50)) io.to('room').emit('event', sent++)
      await turn()
    }
    io.to('room').emit('end')
    const expected = JSON.stringify(range(500).map((n) => ['event', n]))
    for (const { received, until } of peers) {
      await until('end')
      expect(JSON.stringify(received.slice(0, -1)) === expected).to.equal(true)
    }
  })
})
