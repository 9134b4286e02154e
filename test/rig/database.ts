import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEngine } from '@rolecall/embedded-mongo'
import { aFlakyNetwork, type FlakyNetwork } from './flaky-network.ts'
import { testEnvironment } from './server.ts'
import { atEnd } from './teardown.ts'

export interface RemoteDatabase {
  /** For MONGODB_URI: the database by way of the network. */
  readonly uri: string
  /** The same without the network. */
  readonly directUri: string
  readonly network: FlakyNetwork
}

/** The address of an empty database: where MONGODB_URI says, or of an engine that is asked as if it were a MongoDB. */
export async function anEmptyDatabase(): Promise<string> {
  return testEnvironment('').MONGODB_URI ?? (await aRemoteDatabase()).directUri
}

/** A database with a network of ours before it, as if it stood on another machine. */
export async function aRemoteDatabase(options: { readonly oplogBytes?: number } = {}): Promise<RemoteDatabase> {
  const directory = await mkdtemp(join(tmpdir(), 'rolecall-db-'))
  const engine = await startEngine({ directory, ...options })
  atEnd(async () => {
    await engine.stop()
    await rm(directory, { recursive: true, force: true })
  })
  const host = /^mongodb:\/\/([^/]+)\//.exec(engine.uri)?.[1] ?? ''
  const network = await aFlakyNetwork(
    host.endsWith('.sock') ? { path: decodeURIComponent(host) } : `http://${decodeURIComponent(host)}`,
  )
  return {
    uri: `mongodb://${network.address}/rolecall?directConnection=true`,
    directUri: engine.uri.replace('/?', '/rolecall?'),
    network,
  }
}
