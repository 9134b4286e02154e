/**
 * Where git’s hook asks whether a push may be done. A hook is a process of its own, started by git, and knows of the
 * request that it belongs to by a secret that lives as long as that.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { access, constants, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Logger } from '../logger.ts'

const id = z.string().regex(/^[0-9a-f]{40,64}$/)
const update = z.strictObject({
  ref: z.string(),
  before: id.optional(),
  after: id.optional(),
  forced: z.boolean(),
})
const arrival = z.strictObject({
  updates: z.array(update),
  /** What has come takes so much on disk. */
  bytes: z.number(),
})

/** What a push would do to a branch or a tag. Both ids are absent where there was or would be nothing. */
export type Update = z.output<typeof update>

/** A push that has come, and of which nothing has moved yet. */
export type Arrival = z.output<typeof arrival>

/** Answers why a push may not be done, in words for whoever pushes; undefined where it may. */
export type Decide = (arrival: Arrival) => Promise<string | undefined>

export interface Hooks {
  /** Git’s `core.hooksPath`. */
  readonly directory: string
  start(): Promise<void>
  stop(): Promise<void>
  /** Has a hook ask this; `environment` is for the process that it comes from. */
  open(decide: Decide): { readonly environment: Record<string, string>; close(): void }
}

const directory = fileURLToPath(new URL('./hooks', import.meta.url))

export function createHooks({ logger }: { logger: Logger }): Hooks {
  const asked = new Map<string, Decide>()
  let folder = ''
  let socket = ''

  async function answer(request: IncomingMessage): Promise<{ status: number; body: string }> {
    const decide = asked.get(request.headers.authorization ?? '')
    if (decide === undefined) return { status: 403, body: '' }
    const refusal = await decide(arrival.parse(JSON.parse(await text(request))))
    return { status: 200, body: refusal ?? '' }
  }

  const server = createServer((request, response) => {
    answer(request)
      .then(({ status, body }) => void response.writeHead(status).end(body))
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'a hook of git could not be answered')
        response.destroy()
      })
  })

  return {
    directory,
    async start() {
      // Git passes over a hook that it may not execute, and every push would be let in.
      await access(join(directory, 'pre-receive'), constants.X_OK)
      folder = await mkdtemp(join(tmpdir(), 'rolecall-'))
      socket = process.platform === 'win32' ? `\\\\.\\pipe\\${randomBytes(16).toString('hex')}` : join(folder, 'hooks')
      server.listen(socket)
      await once(server, 'listening')
    },
    async stop() {
      if (folder === '') return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
      await rm(folder, { recursive: true, force: true })
    },
    open(decide) {
      const secret = randomBytes(32).toString('hex')
      asked.set(secret, decide)
      return {
        environment: {
          ROLECALL_NODE: process.execPath,
          ROLECALL_ASK: join(directory, 'ask.mjs'),
          ROLECALL_SOCKET: socket,
          ROLECALL_SECRET: secret,
        },
        close: () => void asked.delete(secret),
      }
    },
  }
}
