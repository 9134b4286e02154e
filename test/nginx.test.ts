import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Rolecall } from '@rolecall/sdk'
import { expect } from 'chai'
import { io } from 'socket.io-client'
import { blocksOf } from './rig/docs.ts'
import { aFreePort } from './rig/free-port.ts'
import { defaultPassword, unique } from './rig/people.ts'
import { startServer } from './rig/server.ts'
import { atEnd } from './rig/teardown.ts'

const file = 'docs/running.md'

/** The server as the page has it, without TLS and on free ports. */
async function startNginx(upstream: string): Promise<string> {
  const port = await aFreePort()
  const [shown] = blocksOf(file).filter(({ language }) => language === 'nginx')
  const site = (shown?.code ?? '')
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
    .replace(/ *ssl_certificate.*\n/g, '')
    .replace('http://127.0.0.1:3000', upstream)
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-nginx-'))
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  const lines = [
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr notice;`,
    'events {}',
    `http { access_log off; ${temporary.join(' ')}\n${site}\n}`,
  ]
  await writeFile(join(folder, 'nginx.conf'), lines.join('\n'))
  const nginx: ChildProcess = spawn('nginx', ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')])
  const closed = once(nginx, 'close')
  atEnd(async () => {
    nginx.kill()
    await closed
    await rm(folder, { recursive: true })
  })
  let said = ''
  await new Promise<void>((resolve, reject) => {
    nginx.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      // It listens before it says who it is.
      if (/\[notice\].*nginx\/\d/.test(said)) resolve()
    })
    void closed.then(() => reject(new Error(said)))
  })
  return `http://127.0.0.1:${port}`
}

describe('behind nginx, as docs/running.md has it', () => {
  it('serves calls and sockets, and takes nobody for a program of its own machine', async function () {
    if (spawnSync('nginx', ['-v']).error !== undefined) {
      console.warn(`SKIPPED: what ${file} says of nginx needs it, and it is not installed here.`)
      this.skip()
    }
    const server = await startServer({ env: { TRUST_PROXY: '1' } })
    const baseUrl = await startNginx(server.url)

    const ada = new Rolecall({ baseUrl })
    atEnd(async () => ada.close())
    const { organisation, session } = await ada.accounts.create({
      name: 'Ada',
      email: `${randomUUID()}@example.com`,
      password: defaultPassword,
    })
    const live = ada.live(organisation.id)
    await live.ready
    const renamed = new Promise((resolve) => live.on('organisation.renamed', resolve))
    await ada.organisations.update({ organisation: organisation.id, name: unique('Acme') })
    await renamed

    const socket = io(baseUrl, { transports: ['websocket'], auth: { token: session.accessToken }, reconnection: false })
    atEnd(async () => void socket.close())
    await new Promise((resolve, reject) => {
      socket.on('connect', () => resolve(undefined))
      socket.on('connect_error', reject)
    })
    expect(socket.io.engine.transport.name).to.equal('websocket')
    expect((await fetch(`${baseUrl}/metrics`)).status).to.equal(404)
  })
})
