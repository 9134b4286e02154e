/** People and organisations to measure with. What is many is written straight to the database. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { type Child, startChild } from './child.ts'

const folders: string[] = []

/** A folder that is removed at the end of the run. */
export async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-bench-'))
  folders.push(folder)
  return folder
}

export async function removeFolders(): Promise<void> {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })))
}

export interface World {
  readonly server: Child
  readonly url: string
  readonly token: string
  readonly account: string
  /** Calls below /v1 as the Admin of all organisations. */
  call(
    method: 'GET' | 'POST' | 'PATCH' | 'PUT',
    path: string,
    body?: object,
  ): Promise<{ body: never; headers: Headers }>
  /** A new organisation with so many members beside its Admin; answers their memberships' ids, at most 100 of them. */
  organisation(members: number): Promise<{ id: string; members: string[] }>
}

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** Who is Admin of everything, as they sign in. */
export const person = { email: 'ada@example.com', password: 'correct horse battery' } as const

interface ServerOptions {
  readonly watchCommands?: boolean
  /** Settings over those of the bench. */
  readonly env?: Readonly<Record<string, string>>
}

/** A server in a process of its own. */
export async function aServer({ watchCommands = false, env = {} }: ServerOptions = {}): Promise<Child> {
  return startChild('app-server', watchCommands ? 'watch-commands' : '', {
    PORT: '0',
    HOST: '127.0.0.1',
    DATA_DIR: await aFolder(),
    RATE_LIMITS: 'off',
    // For endpoints that are written straight to the database, and receivers on this machine.
    SECRET_KEY: randomBytes(32).toString('hex'),
    WEBHOOK_LOOPBACK: 'on',
    // Without a line for each request, which its peers do not write either.
    LOG_LEVEL: 'warn',
    ...env,
  })
}

/** A server of its own with one person. */
export async function aWorld(options: ServerOptions = {}): Promise<World> {
  const server = await aServer(options)
  const url = await server.call<string>('url')
  const signedUp = await send(url, undefined, 'POST', '/accounts', { name: 'Ada Lovelace', ...person })
  const { account, session } = signedUp.body as { account: { id: string }; session: { accessToken: string } }
  const token = session.accessToken
  let organisations = 0
  const call: World['call'] = (method, path, body) => send(url, token, method, path, body)
  return {
    server,
    url,
    token,
    account: account.id,
    call,
    async organisation(developers) {
      organisations += 1
      const created = (await call('POST', '/organisations', { name: `Measured ${organisations}` })).body as {
        id: string
      }
      const members = await server.call<string[]>('fill', { organisation: created.id, count: developers })
      return { id: created.id, members }
    },
  }
}

async function send(
  url: string,
  token: string | undefined,
  method: 'GET' | 'POST' | 'PATCH' | 'PUT',
  path: string,
  body?: object,
) {
  const answer = await request(`${url}/v1${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  })
  const text = await answer.body.text()
  if (answer.statusCode >= 300) throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${text}`)
  return { body: JSON.parse(text) as never, headers: answer.headers }
}
