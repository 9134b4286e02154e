import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LiveStatus } from '@rolecall/sdk'
import { expect } from 'chai'
import { Server } from 'socket.io'
import { aClient } from './rig/client.ts'
import { atEnd } from './rig/teardown.ts'

const organisation = 'org_1'
const hour = 60 * 60_000
/** The most that the SDK waits before its first try where nobody tells it how long. */
const firstBackoffMs = 500

/** A server that signs anybody in, and lets them subscribe to anything. */
async function aServer(): Promise<{ url: string; io: Server }> {
  const server = createServer((_request, response) => {
    const expiresAt = new Date(Date.now() + hour).toISOString()
    const session = { id: 'ses_1', accessToken: 'access', refreshToken: 'refresh', expiresAt }
    response.writeHead(201, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ account: { id: 'acc_1' }, session }))
  })
  const io = new Server(server)
  io.on('connection', (socket) => {
    socket.on('subscribe', (_request, acknowledge) => acknowledge({ cursor: 'c', role: 'admin', permissions: [] }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(() => io.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, io }
}

/** How long each of some clients waits that are sent away, all at the same moment. */
async function waitsAfter(sendAway: (io: Server) => void): Promise<number[]> {
  const { url, io } = await aServer()
  const clients = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const rolecall = await aClient({ baseUrl: url })
      await rolecall.sessions.create({ email: 'ada@example.com', password: 'correct horse battery' })
      const live = rolecall.live(organisation)
      await live.ready
      return { rolecall, live }
    }),
  )
  const waits = clients.map(
    ({ live }) =>
      new Promise<number>((resolve) => {
        live.on('status', (status: LiveStatus) => {
          if (status.state === 'reconnecting') resolve(status.retryInMs)
        })
      }),
  )
  sendAway(io)
  const all = await Promise.all(waits)
  for (const { rolecall } of clients) rolecall.close()
  return all
}

describe('clients of the SDK that a server sends away', () => {
  it('E60 come back at any time within that which it named, and not all at once', async () => {
    // So long that none comes by chance as soon as without being told.
    const withinMs = 20 * 24 * hour
    const waits = await waitsAfter((io) => {
      io.emit('reconnect', { withinMs })
      io.disconnectSockets(true)
    })
    expect(Math.min(...waits)).to.be.above(firstBackoffMs)
    expect(Math.max(...waits)).to.be.at.most(withinMs)
    expect(new Set(waits).size).to.equal(waits.length)
  })

  it('come back soon where it named none', async () => {
    const waits = await waitsAfter((io) => io.disconnectSockets(true))
    expect(Math.max(...waits)).to.be.at.most(firstBackoffMs)
  })
})
