import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'
import type { Config } from '../server/src/config.ts'
import { needsGit } from './rig/git.ts'
import { anOrganisation, apiOf, type Person, signUp, unique } from './rig/people.ts'
import { ServerDidNotStart, type ServerProcess, startServerProcess } from './rig/process.ts'
import { startServer, testEnvironment } from './rig/server.ts'
import { startStandaloneMongo } from './rig/standalone-mongo.ts'
import { atEnd } from './rig/teardown.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What a start that fails says, and how long it took to say it. */
async function refusal(env: Record<string, string>, dataDir?: string): Promise<string> {
  try {
    await startServerProcess({ env, ...(dataDir === undefined ? {} : { dataDir }) })
  } catch (error) {
    if (!(error instanceof ServerDidNotStart)) throw error
    expect(error.code).to.equal(1)
    return error.stderr
  }
  throw new Error('it started')
}

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rolecall start '))
  atEnd(() => rm(folder, { recursive: true, force: true }))
  return folder
}

describe('a start', () => {
  it('says where the server is, where the data are, and how to stop it or use a MongoDB', async () => {
    const { url, output, kill, dataDir } = await startServerProcess({ env: { MONGODB_URI: '' } })
    const { stdout, stderr } = output()
    expect(stdout).to.contain(`Rolecall is ready: ${url}`)
    expect(stdout).to.contain(join(dataDir, 'database'))
    expect(stdout).to.contain('for development and small single-process installations')
    expect(stdout).to.contain('MONGODB_URI=mongodb://')
    expect(stdout).to.contain('may be posted to this machine itself; not so with WEBHOOK_LOOPBACK=off')
    expect(stdout).to.contain('Ctrl-C')
    expect(stderr).to.equal('')
    expect(await kill('SIGTERM')).to.equal(0)
  })

  it('finds again what was there', async () => {
    const dataDir = await aFolder()
    const env = { MONGODB_URI: '' }
    const first = await startServer({ dataDir, env })
    const person = await signUp({ url: first.url })
    await first.close()
    const second = await startServer({ dataDir, env })
    const response = await fetch(`${second.url}/v1/account`, {
      headers: { Authorization: `Bearer ${person.session.accessToken}` },
    })
    expect(await response.json()).to.deep.equal(person.account)
    await second.close()
  })

  it('is refused with all mistakes of the settings at once', async () => {
    const said = await refusal({ PORT: 'x', LOG_LEVEL: 'loud' })
    expect(said).to.contain('PORT').and.to.contain('LOG_LEVEL')
    expect(said).not.to.contain('    at ')
  })

  it('is refused on a port that is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const said = await refusal({ PORT: `${port}` })
    other.close()
    expect(said).to.contain(`Port ${port} is in use`)
    expect(said).not.to.contain('    at ')
  })

  it('is refused on the data of a server that is running', async () => {
    const first = await startServerProcess({ env: { MONGODB_URI: '' } })
    const said = await refusal({ MONGODB_URI: '' }, first.dataDir)
    expect(said)
      .to.match(/in use|another/i)
      .and.to.contain(first.dataDir)
    expect(said).not.to.contain('    at ')
    await first.kill()
  })

  it('E39 is refused on a standalone MongoDB, with a way to have a replica set of one node', async () => {
    const mongo = await startStandaloneMongo()
    const said = await refusal({ MONGODB_URI: mongo.uri })
    mongo.close()
    expect(said).to.contain('standalone').and.to.contain('--replSet').and.to.contain('rs.initiate()')
    expect(said).not.to.contain('    at ')
  })

  it('is refused without its MongoDB, naming it without its password', async () => {
    const said = await refusal({ MONGODB_URI: 'mongodb://user:s3cret@127.0.0.1:1/rolecall?replicaSet=rs0' })
    expect(said).to.contain('MongoDB cannot be reached').and.to.contain('127.0.0.1:1')
    expect(said).not.to.contain('s3cret')
  })

  it('E18 is refused when an index cannot be built, naming it', async () => {
    const [{ openDatabase }, { readConfig }, { createLogger }] = await Promise.all([
      import('../server/src/database/database.ts'),
      import('../server/src/config.ts'),
      import('../server/src/logger.ts'),
    ])
    const dataDir = await aFolder()
    const config: Config = readConfig(testEnvironment(dataDir))
    const database = await openDatabase(config, createLogger('silent'))
    const names = database.connection.collection<{ _id: string; emailKey: string }>('accounts')
    await names.insertMany([
      { _id: 'acc_1', emailKey: 'ada@example.com' },
      { _id: 'acc_2', emailKey: 'ada@example.com' },
    ])
    await database.close()
    const env: Record<string, string> = config.mongodbUri === undefined ? {} : { MONGODB_URI: config.mongodbUri }
    const failed = await startServer({ dataDir, env }).catch((error: Error) => error)
    expect(failed).to.be.instanceOf(Error)
    expect(String(failed instanceof Error && failed.message)).to.match(
      /The index emailKey of the collection accounts could not be built/,
    )
  })

  it('leaves nothing that keeps the process alive where it fails', async function () {
    needsGit(this)
    const program = join(root, 'test/rig/failing-start.ts')
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program, await aFolder()])
    expect(stdout).to.equal('ENOTDIR 0 timers\n')
  })
})

describe('the versions of stored data', () => {
  it('go up by migrations, each run once, and a newer one is refused', async () => {
    const [{ openDatabase }, { migrate }, { readConfig }, { createLogger }] = await Promise.all([
      import('../server/src/database/database.ts'),
      import('../server/src/database/migrations.ts'),
      import('../server/src/config.ts'),
      import('../server/src/logger.ts'),
    ])
    const logger = createLogger('silent')
    const database = await openDatabase(readConfig(testEnvironment(await aFolder())), logger)
    const run: string[] = []
    const named = (name: string) => ({
      name,
      run: async () => {
        run.push(name)
      },
    })
    const to = (...names: string[]) =>
      migrate(database.connection, { logger, now: () => new Date(), all: names.map(named) })
    await to()
    expect(run).to.deep.equal([])
    await to('one', 'two')
    await Promise.all([to('one', 'two', 'three'), to('one', 'two', 'three')])
    expect(run).to.deep.equal(['one', 'two', 'three'])
    const refused = await to('one').catch((error: Error) => error)
    expect(`${refused}`).to.contain('version 4').and.to.contain('newer Rolecall')
    await database.close()
  })

  it('count organisations from before there was a limit, to who created them', async () => {
    const dataDir = await aFolder()
    const env = { MONGODB_URI: '', MAX_ORGANISATIONS: '1' }
    const first = await startServer({ dataDir, env })
    const { id, admin, add } = await anOrganisation({ url: first.url })
    const other = await add('admin')
    const stored = first.app.connection
    await stored.collection('organisations').updateMany({}, { $unset: { founder: 1 } })
    await stored.collection<{ _id: string }>('meta').updateOne({ _id: 'schema' }, { $set: { version: 1 } })
    await first.close()
    const server = await startServer({ dataDir, env })
    const organisations = server.app.connection.collection<{ _id: string; founder?: string }>('organisations')
    const founders = await organisations.find({ founder: { $exists: true } }).toArray()
    expect(founders.map(({ _id, founder }) => [_id, founder])).to.deep.equal([[id, admin.account.id]])
    const create = ({ session }: Person) =>
      apiOf(server.url, session.accessToken)('POST', '/organisations', { name: unique('Next') })
    expect((await create(admin)).body.code).to.equal('organisation_limit')
    expect((await create(other)).status).to.equal(201)
    await server.close()
  })
})

describe('a stop', () => {
  async function withHangingRequest(): Promise<ServerProcess> {
    const server = await startServerProcess()
    const hanging = connect(Number(new URL(server.url).port), '127.0.0.1')
    hanging.on('error', () => undefined)
    hanging.write(
      'POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    )
    await once(hanging, 'connect')
    // Answered on a later connection: the hanging request has arrived.
    await fetch(`${server.url}/healthz`)
    return server
  }

  /** Stops a server in which a request hangs. What a machine does besides only makes it slower, so that it has tries. */
  async function stopped(withinMs: number, stop: (server: ServerProcess) => Promise<number | null>) {
    for (let triesLeft = 3; ; ) {
      const server = await withHangingRequest()
      const start = performance.now()
      const code = await stop(server)
      const tookMs = performance.now() - start
      triesLeft -= 1
      if (tookMs < withinMs || triesLeft === 0) return { code, tookMs }
    }
  }

  it('E60 ends the process within 10 s, whatever hangs', async () => {
    const { code, tookMs } = await stopped(9_000, (server) => server.kill('SIGTERM'))
    expect(code).to.equal(0)
    expect(tookMs).to.be.below(10_000)
  })

  it('ends it at once when it is asked for twice', async () => {
    const { code, tookMs } = await stopped(3_000, async (server) => {
      process.kill(server.pid, 'SIGINT')
      await server.said(/SIGINT: stopping/)
      return server.kill('SIGINT')
    })
    // Null for a process that ended by a signal: rarely, the engine's thread is cut off in the middle of native code.
    expect(code).to.be.oneOf([130, null])
    expect(tookMs).to.be.below(3_000)
  })

  for (const [how, stop] of [
    ['SIGTERM to npm', (pid: number) => process.kill(pid, 'SIGTERM')],
    ['Ctrl-C, which goes to the whole group', (pid: number) => process.kill(-pid, 'SIGINT')],
  ] as const) {
    it(`ends what \`npm start\` began: ${how}`, async function () {
      this.timeout(300_000)
      const child = spawn('npm', ['start'], {
        cwd: root,
        env: { ...process.env, ...testEnvironment(await aFolder()), LOG_LEVEL: 'warn' },
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
      })
      const ended = once(child, 'close')
      let said = ''
      const url = await new Promise<string>((resolve) => {
        child.stdout.setEncoding('utf8').on('data', (part: string) => {
          said += part
          const found = /Rolecall is ready: (\S+)/.exec(said)?.[1]
          if (found !== undefined) resolve(found)
        })
      })
      expect((await fetch(`${url}/healthz`)).status).to.equal(200)
      stop(child.pid ?? 0)
      await ended
      const refused = await fetch(`${url}/healthz`).catch((error: Error) => error)
      expect(refused).to.be.instanceOf(Error)
    })
  }
})

describe('the bootstrap', () => {
  /** A tree of the same shape, in which `npx` and `npm` only note what they are asked for. */
  async function aTree(): Promise<{ folder: string; run: () => Promise<string[]> }> {
    const folder = await aFolder()
    const programs = join(folder, '.programs')
    const noted = join(folder, '.noted')
    await cp(join(root, 'scripts', 'bootstrap.mjs'), join(folder, 'scripts', 'bootstrap.mjs'))
    const manifest = (more: object) => JSON.stringify({ name: 'x', packageManager: 'pnpm@10.34.9', ...more })
    await writeFile(join(folder, 'package.json'), manifest({}))
    await writeFile(join(folder, 'pnpm-lock.yaml'), 'one')
    await writeFile(join(folder, 'pnpm-workspace.yaml'), '')
    for (const directory of ['sdk', 'packages/dashboard', 'packages/contract']) {
      await mkdir(join(folder, directory, 'src'), { recursive: true })
      await writeFile(join(folder, directory, 'src', 'index.ts'), 'export {}')
      await writeFile(join(folder, directory, 'package.json'), manifest({ scripts: { build: 'build' } }))
    }
    await mkdir(programs)
    const folders = ['.', 'sdk', 'packages/dashboard', 'packages/contract']
      .map((one) => `${one}/node_modules`)
      .join(' ')
    await writeFile(join(programs, 'npx'), `#!/bin/sh\necho "npx $*" >> "${noted}"\nmkdir -p ${folders}\n`)
    await writeFile(join(programs, 'npm'), `#!/bin/sh\necho "build $(basename "$PWD")" >> "${noted}"\nmkdir -p dist\n`)
    for (const program of ['npx', 'npm']) await chmod(join(programs, program), 0o755)
    return {
      folder,
      async run() {
        await rm(noted, { force: true })
        const child = spawn(process.execPath, [join(folder, 'scripts', 'bootstrap.mjs')], {
          env: { ...process.env, PATH: `${programs}:${process.env.PATH}` },
          stdio: ['ignore', 'ignore', 'inherit'],
        })
        const [code] = await once(child, 'close')
        expect(code).to.equal(0)
        const text = await readFile(noted, 'utf8').catch(() => '')
        return text.split('\n').filter((line) => line !== '')
      },
    }
  }

  const install =
    'npx --yes --prefer-offline pnpm@10.34.9 install --frozen-lockfile --prefer-offline --reporter=append-only'

  it('installs and builds at the first start, and nothing at the second, in a folder with spaces in its name', async () => {
    const { folder, run } = await aTree()
    expect(folder).to.contain(' ')
    expect(await run()).to.deep.equal([install, 'build sdk', 'build dashboard'])
    expect(await run()).to.deep.equal([])
  })

  it('installs again when a manifest, the lockfile or an installed folder changes', async () => {
    const { folder, run } = await aTree()
    await run()
    await writeFile(join(folder, 'packages/contract/package.json'), '{"name": "y"}')
    expect(await run()).to.deep.equal([install, 'build sdk', 'build dashboard'])
    await rm(join(folder, 'sdk', 'node_modules'), { recursive: true })
    expect(await run()).to.deep.equal([install])
  })

  it('builds again what a changed source belongs to', async () => {
    const { folder, run } = await aTree()
    await run()
    await writeFile(join(folder, 'packages/dashboard/src/index.ts'), 'export const changed = true')
    expect(await run()).to.deep.equal(['build dashboard'])
    await writeFile(join(folder, 'packages/contract/src/index.ts'), 'export const changed = true')
    expect(await run()).to.deep.equal(['build sdk', 'build dashboard'])
    await rm(join(folder, 'sdk', 'dist'), { recursive: true })
    expect(await run()).to.deep.equal(['build sdk'])
  })
})
