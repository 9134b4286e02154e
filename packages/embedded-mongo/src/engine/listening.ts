import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import type { ListenOptions, NetConnectOpts, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where the engine listens: a Unix socket in a folder that only its owner may enter. */
export interface Listening {
  readonly connect: NetConnectOpts
  /** As it stands in a connection string. */
  readonly host: string
  remove(): void
}

export const setName = 'embedded'

/** As drivers are told of it. `directConnection`: it is the whole replica set. */
export const uriOf = (host: string): string => `mongodb://${host}/?replicaSet=${setName}&directConnection=true`

/** The host in a connection string, of an engine that listens there. */
export const hostOf = (connect: NetConnectOpts): string =>
  'path' in connect ? encodeURIComponent(connect.path) : `${connect.host}:${connect.port}`

/** The kernel's limit is 104 bytes on macOS and 108 on Linux, the end included. */
const maxPathBytes = 100

export const listen = async (server: Server, directory: string): Promise<Listening> => {
  if (process.platform === 'win32') return listenOnLoopback(server)
  const name = `${randomBytes(6).toString('hex')}.sock`
  const inside = join(directory, 'run')
  // Drivers lower-case the names of hosts.
  const fits = Buffer.byteLength(join(inside, name)) <= maxPathBytes && inside === inside.toLowerCase()
  const folder = fits ? inside : join(tmpdir(), `rolecall-${randomBytes(6).toString('hex')}`)
  mkdirSync(folder, { recursive: fits, mode: 0o700 })
  if (fits) chmodSync(folder, 0o700)
  const path = join(folder, name)
  await started(server, { path })
  return {
    connect: { path },
    host: hostOf({ path }),
    // The folder inside may hold the socket of an engine that lives: of one that refused this one its directory.
    remove: () => rmSync(fits ? path : folder, { recursive: true, force: true }),
  }
}

/** The driver knows no named pipes. A loopback port is open to every user of the machine. */
const listenOnLoopback = async (server: Server): Promise<Listening> => {
  await started(server, { host: '127.0.0.1', port: 0 })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The engine has no address')
  const { port } = address
  return { connect: { host: '127.0.0.1', port }, host: `127.0.0.1:${port}`, remove: () => undefined }
}

const started = (server: Server, options: ListenOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options, () => {
      server.off('error', reject)
      resolve()
    })
  })
