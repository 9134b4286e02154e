import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { createLogger } from '../server/src/logger.ts'
import { createBackend } from '../server/src/repositories/backend.ts'
import { aFolder, git, needsGit } from './rig/git.ts'
import { serverLog } from './rig/server-log.ts'
import { atEnd } from './rig/teardown.ts'

const aBackend = () =>
  createBackend({
    hooksDirectory: '/nonexistent',
    limits: { timeoutMs: 60_000, idleMs: 60_000, maxPushBytes: 1_000_000 },
    logger: createLogger('debug', serverLog),
  })

/** A request whose client is there, or has gone away before it is looked at. */
async function aRequest({ isGone }: { isGone: boolean }): Promise<[IncomingMessage, ServerResponse]> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const asking = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' })
  asking.on('error', () => undefined).end()
  const [incoming, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse]
  if (isGone) {
    const closed = once(response, 'close')
    asking.destroy()
    await closed
  }
  atEnd(async () => {
    server.closeAllConnections()
    server.close()
  })
  return [incoming, response]
}

const wanted = (repository: string) =>
  ({
    repository,
    service: 'git-upload-pack',
    step: 'advertise',
    account: 'acc_1',
    environment: {},
    signal: new AbortController().signal,
  }) as const

describe('an exchange with a git client', () => {
  before(function () {
    needsGit(this)
  })

  it('takes no place for good where git cannot be started', async () => {
    const backend = aBackend()
    const [incoming, response] = await aRequest({ isGone: false })
    const said = new Set<string>()
    // More than one account can have at once. A path with a zero in it is refused by spawn itself.
    for (let count = 0; count < 10; count += 1) {
      await backend.serve(incoming, response, wanted('/a\0b')).catch((error: Error) => said.add(error.name))
    }
    expect([...said]).to.deep.equal(['TypeError'])
  })

  it('ends where its client has gone before it began', async () => {
    const folder = await aFolder()
    await git(folder, 'init', '--quiet', '--bare', '.')
    const [incoming, response] = await aRequest({ isGone: true })
    const ending = aBackend().serve(incoming, response, wanted(folder))
    const error = await ending.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).to.include({ name: 'Cut', reason: 'client' })
  })
})
