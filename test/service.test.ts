import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent, get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { operations } from '@rolecall/contract'
import { expect } from 'chai'
import type { HttpOptions } from '../server/src/http/http.ts'
import type { AllHandlers } from '../server/src/http/routes.ts'
import { createHttpServer } from '../server/src/http/server.ts'
import { root } from './rig/docs.ts'
import { apiOf, signUp } from './rig/people.ts'
import { sharedServer, startServer } from './rig/server.ts'
import { expectServerError, loggedLines, serverLog } from './rig/server-log.ts'

/** The HTTP side with parts that behave as a test needs it, for the time of the test. */
async function serving(parts: Partial<HttpOptions>, use: (url: string) => Promise<void>): Promise<void> {
  const [{ createHttp }, { createMetrics }, { createOrigins }, { createLogger }, { readConfig }] = await Promise.all([
    import('../server/src/http/http.ts'),
    import('../server/src/http/metrics.ts'),
    import('../server/src/http/origins.ts'),
    import('../server/src/logger.ts'),
    import('../server/src/config.ts'),
  ])
  const config = readConfig({ NODE_ENV: 'test' })
  const http = createHttpServer(
    createHttp({
      config,
      logger: createLogger('debug', serverLog),
      metrics: createMetrics({ connected: () => 0, unsentBytes: () => 0 }),
      origins: createOrigins(config, () => http.port()),
      secretKey: 'x'.repeat(32),
      dashboardDirectory: tmpdir(),
      mailFiles: undefined,
      jwks: () => ({ keys: [] }),
      isReady: () => true,
      ping: async () => undefined,
      verify: async () => ({ kind: 'account', account: 'acc_1', session: 'ses_1' }),
      fence: async () => undefined,
      git: () => (_request, _response, next) => next(),
      handlers: handlersOf({}),
      ...parts,
    }),
  )
  await http.listen(0, '127.0.0.1')
  await use(`http://127.0.0.1:${http.port()}`).finally(() => http.close())
}

/** The same few operations for every feature, the rest missing: the tests that use it call no others. */
function handlersOf(some: Record<string, () => Promise<unknown>>): AllHandlers {
  return Object.fromEntries(Object.keys(operations).map((feature) => [feature, some])) as unknown as AllHandlers
}

describe('health', () => {
  it('is told apart: the process answers, and requests may be sent to it', async () => {
    const { url } = await sharedServer()
    expect(await (await fetch(`${url}/healthz`)).json()).to.deep.equal({ status: 'ok' })
    expect(await (await fetch(`${url}/readyz`)).json()).to.deep.equal({ status: 'ready' })
  })

  it('is not ready while starting, stopping or out of step, or when the database is silent', async () => {
    let isReady = false
    const parts = { isReady: () => isReady, ping: () => Promise.reject(new Error('silent')) }
    await serving(parts, async (url) => {
      for (const ready of [false, true]) {
        isReady = ready
        const answer = await fetch(`${url}/readyz`)
        expect([answer.status, (await answer.json()).code]).to.deep.equal([503, 'unavailable'])
        expect((await fetch(`${url}/healthz`)).status).to.equal(200)
      }
    })
  })
})

describe('the metrics', () => {
  it('are for this machine alone, and count by route and not by address', async () => {
    const { url } = await sharedServer()
    const person = await signUp()
    await person.api('GET', `/organisations/${person.organisation.id}`)
    const answer = await fetch(`${url}/metrics`)
    const text = await answer.text()
    expect(text).to.contain('route="/v1/organisations/{organisation}",status="200"')
    expect(text).not.to.contain(person.organisation.id)
    expect(text).to.contain('nodejs_eventloop_lag_seconds')
    expect(text).to.match(/^rolecall_live_sockets \d+$/m)
    expect(text).to.match(/^rolecall_live_unsent_bytes \d+$/m)
    const throughProxy = await fetch(`${url}/metrics`, { headers: { 'X-Forwarded-For': '127.0.0.1' } })
    expect(throughProxy.status).to.equal(404)
  })

  it('are for whoever has METRICS_TOKEN, where it is set', async () => {
    const server = await startServer({ env: { METRICS_TOKEN: 'a-token-for-metrics' } })
    const status = async (token: string) =>
      (await fetch(`${server.url}/metrics`, { headers: { Authorization: `Bearer ${token}` } })).status
    expect(await status('a-token-for-metrics')).to.equal(200)
    expect(await status('another-token')).to.equal(401)
    expect((await fetch(`${server.url}/metrics`)).status).to.equal(401)
    await server.close()
  })
})

describe('the dashboard', () => {
  let directory = ''
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rolecall-dashboard-'))
    await mkdir(join(directory, 'assets'))
    await writeFile(join(directory, 'index.html'), '<!doctype html><title>the page</title>')
    await writeFile(join(directory, 'assets', 'index-a1b2.js'), 'export {}')
  })
  after(() => rm(directory, { recursive: true }))

  const served = (use: (get: (path: string, accept?: string) => Promise<Response>) => Promise<void>) =>
    serving({ dashboardDirectory: directory }, (url) =>
      use((path, accept = 'text/html') => fetch(`${url}${path}`, { headers: { accept } })),
    )

  it('is one page at every address that a browser opens', () =>
    served(async (get) => {
      for (const path of ['/', '/sign-in', '/o/org_01/members/mem_01']) {
        const answer = await get(path)
        expect([answer.status, await answer.text()], path).to.deep.equal([
          200,
          '<!doctype html><title>the page</title>',
        ])
        expect(answer.headers.get('cache-control')).to.equal('no-cache')
      }
      expect((await get('/', '*/*')).status).to.equal(200)
    }))

  it('leaves the addresses of the API alone, and what no browser opens', () =>
    served(async (get) => {
      for (const path of ['/v1/nothing', '/socket.io/', '/assets/gone.js', '/.well-known/x', '/unknown.json']) {
        expect((await get(path)).status, path).to.equal(404)
      }
      expect((await get('/o/org_01', 'application/json')).status).to.equal(404)
      expect((await get('/../../package.json')).headers.get('content-type')).not.to.contain('text/html')
    }))

  it('lets browsers keep files whose names carry a hash', () =>
    served(async (get) => {
      const answer = await get('/assets/index-a1b2.js', '*/*')
      expect(answer.headers.get('cache-control')).to.equal('public, max-age=31536000, immutable')
    }))

  it('may run no script but its own files', async () => {
    const { url } = await sharedServer()
    const policy = (await fetch(url)).headers.get('content-security-policy') ?? ''
    expect(policy).to.contain("default-src 'none'")
    expect(policy).to.match(/script-src 'self'(;|$)/)
    expect(policy).to.contain("frame-ancestors 'none'")
  })
})

describe('a mistake of the server', () => {
  it('is logged once with the request’s id, and told as `internal` without any detail', async () => {
    const failing = async () => {
      throw Object.assign(new Error('the secret cause'), { document: { passwordHash: 'the hash' } })
    }
    const wrong = async () => ({ body: { data: [], more: 1 } })
    expectServerError(/the secret cause/)
    expectServerError(/events\.types answered more than its schema has/)
    await serving({ handlers: handlersOf({ catalogue: failing, types: wrong }) }, async (url) => {
      const answer = await apiOf(url)('GET', '/permissions', undefined, { 'X-Request-Id': 'request-of-mistake' })
      expect(answer.body).to.deep.equal({
        type: 'urn:rolecall:problem:internal',
        code: 'internal',
        status: 500,
        title: 'Something went wrong on our side',
      })
      const lines = loggedLines().filter((line) => line.includes('request-of-mistake') && line.includes('"err"'))
      expect(lines).to.have.lengthOf(1)
      expect(lines[0]).to.contain('the secret cause').and.to.contain('service.test.ts')
      expect(lines[0]).not.to.contain('the hash')
      expect((await apiOf(url)('GET', '/event-types')).body.code).to.equal('internal')
    })
  })
})

describe('stopping', () => {
  it('E60 lets the present requests finish, takes no new ones, and waits for nobody too long', async () => {
    let finish = (): void => undefined
    const http = createHttpServer((request, response) => {
      if (request.url === '/slow') finish = () => response.end('finished')
      else if (request.url === '/quick') response.end('quick')
    })
    await http.listen(0, '127.0.0.1')
    const agent = new Agent({ keepAlive: true })
    const ask = async (path: string): Promise<IncomingMessage> => {
      const request = get({ host: '127.0.0.1', port: http.port(), path, agent })
      const [answer] = await once(request, 'response')
      return answer
    }
    ;(await ask('/quick')).resume()
    const arrived = once(http.server, 'request')
    const slow = ask('/slow')
    await arrived
    const drained = http.drain(5_000)
    finish()
    const answer = await slow
    expect([answer.statusCode, answer.headers.connection]).to.deep.equal([200, 'close'])
    answer.resume()
    await drained
    const refused = await fetch(`http://127.0.0.1:${http.port()}/quick`).catch((error: Error) => error)
    expect(refused).to.be.instanceOf(Error)
    agent.destroy()
    await http.close()

    const hanging = createHttpServer(() => undefined)
    await hanging.listen(0, '127.0.0.1')
    const never = fetch(`http://127.0.0.1:${hanging.port()}`).catch((error: Error) => error)
    await once(hanging.server, 'request')
    await hanging.drain(50)
    await hanging.close()
    expect(await never).to.be.instanceOf(Error)
  })

  it('leaves nothing that keeps the process alive of a client that was answered before it had sent its body', async () => {
    const program = `
      import { once } from 'node:events'
      import { connect } from 'node:net'
      import { createHttpServer } from './server/src/http/server.ts'
      const http = createHttpServer((request, response) => response.end())
      await http.listen(0, '127.0.0.1')
      const client = connect(http.port(), '127.0.0.1')
      client.write('POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 5\\r\\n\\r\\n')
      await once(client, 'data')
      client.destroy()
      await http.close()
      console.log(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length, 'timers')`
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type', 'module', '--eval', program],
      { cwd: root },
    )
    expect(stdout).to.equal('0 timers\n')
  })
})
