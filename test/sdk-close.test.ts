import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { problem } from '@rolecall/contract'
import { expect } from 'chai'
import { Server } from 'socket.io'
import { aClient } from './rig/client.ts'
import { root } from './rig/docs.ts'
import { atEnd } from './rig/teardown.ts'

const hour = 60 * 60_000
const person = { email: 'ada@example.com', password: 'correct horse battery' }

/** A server that signs anybody in, answers subscriptions with this, and never a request that reads something. */
async function aServer(subscribed: object) {
  const reads = new Map<string, ServerResponse>()
  let look = () => {}
  const server = createServer(({ method, url = '' }, response) => {
    if (method === 'GET') {
      reads.set(url, response)
      look()
      return
    }
    const expiresAt = new Date(Date.now() + hour).toISOString()
    const session = { id: 'ses_1', accessToken: 'access', refreshToken: 'refresh', expiresAt }
    response.writeHead(201, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ account: { id: 'acc_1' }, session }))
  })
  const io = new Server(server)
  io.on('connection', (socket) => socket.on('subscribe', (_request, acknowledge) => acknowledge(subscribed)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(async () => {
    server.closeAllConnections()
    await io.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Resolves once this is read, with what it could be answered by. */
    readOf: (url: string) =>
      new Promise<ServerResponse>((resolve) => {
        const before = look
        look = () => {
          before()
          const response = reads.get(url)
          if (response !== undefined) resolve(response)
        }
        look()
      }),
  }
}

describe('a client of the SDK that is closed', () => {
  it('breaks off what it reads by itself', async () => {
    const { url, readOf } = await aServer({ cursor: 'c', role: 'admin', permissions: [] })
    const rolecall = await aClient({ baseUrl: url, timeoutMs: hour })
    await rolecall.sessions.create(person)
    rolecall.liveOrganisations()
    await rolecall.live('org_1').ready
    const reads = await Promise.all(['/v1/organisations?limit=200', '/v1/organisations/org_1'].map(readOf))
    const ended = reads.map((response) => once(response, 'close'))
    rolecall.close()
    await Promise.all(ended)
  })

  it('has no timer left where it was to subscribe again', async () => {
    const { url } = await aServer({ problem: problem('unavailable').toProblem() })
    const program = `
      import { setImmediate as endOfTurn } from 'node:timers/promises'
      import { Rolecall } from './sdk/src/index.ts'
      const rolecall = new Rolecall({ baseUrl: '${url}' })
      await rolecall.sessions.create(${JSON.stringify(person)})
      const live = rolecall.live('org_1')
      // So long that it would be there for a while.
      await new Promise((resolve) => live.on('status', ({ retryInMs = 0 }) => retryInMs > 200 && resolve()))
      rolecall.close()
      const open = (kind) => process.getActiveResourcesInfo().filter((one) => one === kind).length
      // The connection says goodbye, by a timer too.
      while (open('TCPSocketWrap') > 0) await endOfTurn()
      console.log(open('Timeout'), 'timers')
      process.exit()`
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type', 'module', '--eval', program],
      { cwd: root },
    )
    expect(stdout).to.equal('0 timers\n')
  })
})
