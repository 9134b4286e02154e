import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { App, AppOptions } from '../../server/src/app.ts'
import type { Clock } from '../../server/src/clock.ts'
import type { Config } from '../../server/src/config.ts'
import { serverLog } from './server-log.ts'
import { atEnd, atEndOfRun } from './teardown.ts'

export interface ServerOptions {
  /** Settings by their environment names, over those of the rig. */
  readonly env?: Readonly<Record<string, string>>
  readonly now?: Clock
  /** An existing folder, to start again where another server stopped. It is not removed then. */
  readonly dataDir?: string
  /** For the tests of several files. */
  readonly isShared?: boolean
}

export interface TestServer {
  readonly url: string
  readonly config: Config
  readonly app: App
  readonly dataDir: string
  close(): Promise<void>
}

/**
 * Starts the real app in this process on a free port, with data of its own: in a fresh folder for the embedded engine,
 * or in a fresh database when MONGODB_URI is set. Closed after the last test of the file at the latest.
 */
export async function startServer({ env = {}, now, dataDir, isShared }: ServerOptions = {}): Promise<TestServer> {
  // Loaded here, so that tests which need no server do not wait for it.
  const [{ createApp }, { readConfig }, { createLogger }] = await Promise.all([
    import('../../server/src/app.ts'),
    import('../../server/src/config.ts'),
    import('../../server/src/logger.ts'),
  ])
  const directory = dataDir ?? (await mkdtemp(join(tmpdir(), 'rolecall-test-')))
  const config = readConfig({ ...testEnvironment(directory), ...env })
  const options: AppOptions = { logger: createLogger('debug', serverLog), ...(now === undefined ? {} : { now }) }
  const app = await createApp(config, options)
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= (async () => {
      await app.close()
      if (dataDir === undefined) await rm(directory, { recursive: true, force: true })
    })()
    return closing
  }
  if (isShared === true) atEndOfRun(close)
  else atEnd(close)
  return { url: app.url, config, app, dataDir: directory, close }
}

let shared: Promise<TestServer> | undefined

/** One server for all tests of the run that need nothing special of it: each makes its own people and organisations. */
export function sharedServer(): Promise<TestServer> {
  shared ??= startServer({ isShared: true })
  return shared
}

/** The settings of a server under test. */
export function testEnvironment(dataDir: string): Record<string, string> {
  const uri = process.env.MONGODB_URI
  return {
    NODE_ENV: 'test',
    PORT: '0',
    HOST: '127.0.0.1',
    DATA_DIR: dataDir,
    LOG_LEVEL: 'debug',
    // A run makes thousands of requests from one address.
    RATE_LIMITS: 'off',
    ...(uri === undefined ? {} : { MONGODB_URI: withDatabase(uri, `rolecall_${randomBytes(6).toString('hex')}`) }),
  }
}

function withDatabase(uri: string, name: string): string {
  const match = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?(\?.*)?$/.exec(uri)
  if (match === null) throw new Error('MONGODB_URI is not a connection string')
  return `${match[1]}/${name}${match[2] ?? ''}`
}
