/**
 * Serves git’s smart HTTP with `git http-backend`, streamed both ways. Whoever calls has seen before that the client
 * may; what is asked of git here is one repository and one service, and nothing of the client’s becomes a path, an
 * option or configuration.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { basename, dirname } from 'node:path'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Logger } from '../logger.ts'
import { refusal } from '../refusal.ts'
import { readHead } from './cgi.ts'
import { environment } from './git.ts'

export type Service = 'git-upload-pack' | 'git-receive-pack'

export interface BackendRequest {
  readonly repository: string
  readonly service: Service
  /** Which of the protocol’s two requests it is: what there is, or the exchange itself. */
  readonly step: 'advertise' | 'exchange'
  /** Whose it is; each may have so many at once. */
  readonly account: string
  readonly environment: Readonly<Record<string, string>>
}

export interface Backend {
  /**
   * Answers a request, without ending the answer: what happened is to be logged before the client hears that it has.
   * Resolves once git’s processes are over.
   */
  serve(request: IncomingMessage, response: ServerResponse, wanted: BackendRequest): Promise<void>
  /** Ends what runs, and resolves once it has ended. */
  stop(): Promise<void>
}

interface Limits {
  readonly timeoutMs: number
  readonly maxPushBytes: number
}

const maxAtOnce = 32
const maxOfAccount = 8
/** What a client says that wants to fetch: names of commits. */
const maxFetchBytes = 16 * 1_024 * 1_024

export function createBackend({
  hooksDirectory,
  limits,
  logger,
}: {
  hooksDirectory: string
  limits: Limits
  logger: Logger
}): Backend {
  const running = new Map<ChildProcess, string>()

  function checkLoad(account: string): void {
    const own = [...running.values()].filter((one) => one === account)
    if (running.size < maxAtOnce && own.length < maxOfAccount) return
    const detail = 'Too many clones and pushes at once. Try again in a moment.'
    throw refusal('unavailable', { retryAfterSeconds: 5, detail })
  }

  function start(request: IncomingMessage, wanted: BackendRequest): ChildProcess {
    const { repository, service } = wanted
    const settings = {
      'safe.directory': repository,
      'core.hooksPath': hooksDirectory,
      'http.getanyfile': 'false',
      'http.uploadpack': 'true',
      'http.receivepack': 'true',
      'transfer.fsckObjects': 'true',
      'receive.maxInputSize': `${limits.maxPushBytes}`,
      // Now and then a push packs what has come, itself and not in the background, where nobody would look after it.
      'receive.autogc': 'true',
      'gc.autoDetach': 'false',
      'maintenance.autoDetach': 'false',
      'uploadpack.allowFilter': 'true',
    }
    const child = spawn(
      'git',
      [...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]), 'http-backend'],
      {
        // A group of its own, so that all of it can be ended.
        detached: true,
        stdio: ['pipe', 'pipe', 'pipe'],
        env: {
          ...environment(),
          ...wanted.environment,
          GIT_PROJECT_ROOT: dirname(repository),
          GIT_HTTP_EXPORT_ALL: '1',
          PATH_INFO: `/${basename(repository)}/${wanted.step === 'advertise' ? 'info/refs' : service}`,
          QUERY_STRING: wanted.step === 'advertise' ? `service=${service}` : '',
          REQUEST_METHOD: wanted.step === 'advertise' ? 'GET' : 'POST',
          CONTENT_TYPE: wanted.step === 'advertise' ? '' : `application/x-${service}-request`,
          REMOTE_USER: wanted.account,
          ...lengthOf(request),
          ...(request.headers['content-encoding'] === 'gzip' ? { HTTP_CONTENT_ENCODING: 'gzip' } : {}),
          ...protocolOf(request),
        },
      },
    )
    return child
  }

  async function exchange(
    child: ChildProcess,
    request: IncomingMessage,
    response: ServerResponse,
    maxBytes: number,
  ): Promise<void> {
    const { stdin, stdout } = child
    if (stdin === null || stdout === null) throw new Error('git was started without pipes')
    forward(request, stdin, { maxBytes, onExcess: () => response.destroy() })
    const { status, headers } = await readHead(stdout)
    response.writeHead(status, headers)
    await pipeline(stdout, response, { end: false })
  }

  return {
    async serve(request, response, wanted) {
      checkLoad(wanted.account)
      const child = start(request, wanted)
      running.set(child, wanted.account)
      const ended = once(child, 'close')
      // Told below, where the pipes fail; here it would be nobody’s.
      ended.catch(() => undefined)
      const said = lastWords(child)
      const end = () => endGroup(child)
      const timer = setTimeout(end, limits.timeoutMs)
      response.once('close', end)
      try {
        const maxBytes = wanted.service === 'git-upload-pack' ? maxFetchBytes : limits.maxPushBytes + maxFetchBytes
        await exchange(child, request, response, maxBytes)
      } finally {
        clearTimeout(timer)
        end()
        response.off('close', end)
        // It rejects where git could not be started, which the exchange has told.
        await ended.catch(() => undefined)
        running.delete(child)
        if (said() !== '') logger.debug({ said: said() }, 'git said something')
      }
    },
    async stop() {
      const ending = [...running.keys()].map(async (child) => {
        const ended = child.exitCode === null && child.signalCode === null ? once(child, 'close') : undefined
        endGroup(child)
        await ended
      })
      await Promise.all(ending)
    },
  }
}

function lengthOf({ headers }: IncomingMessage): Record<string, string> {
  const length = headers['content-length']
  return length === undefined ? {} : { CONTENT_LENGTH: length }
}

/** `Git-Protocol`, with which a client asks for a version of the protocol. */
function protocolOf({ headers }: IncomingMessage): Record<string, string> {
  const asked = headers['git-protocol']
  return typeof asked === 'string' && /^[\w=:.-]{1,100}$/.test(asked) ? { GIT_PROTOCOL: asked } : {}
}

/**
 * Hands a request’s body on. Git may answer, and end, before it has read all; the rest is taken and dropped then, since
 * a client reads the answer only once it has sent everything.
 */
function forward(
  request: IncomingMessage,
  stdin: Writable,
  { maxBytes, onExcess }: { readonly maxBytes: number; readonly onExcess: () => void },
): void {
  let bytes = 0
  let isOpen = true
  const drop = () => {
    isOpen = false
    request.resume()
  }
  stdin.on('error', drop).on('close', drop)
  stdin.on('drain', () => request.resume())
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxBytes) onExcess()
    else if (isOpen && !stdin.write(chunk)) request.pause()
  })
  request.on('end', () => stdin.end())
}

function lastWords({ stderr }: ChildProcess): () => string {
  let words = ''
  stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = `${words}${text}`.slice(-2_000)
  })
  return () => words
}

/** Told to end, git takes its locks and unfinished objects away; what is not over soon after is killed. */
const graceMs = 5_000

/** It waits for what it has started: when it is over, all of it is. */
function endGroup(child: ChildProcess): void {
  if (!signalGroup(child, 'SIGTERM')) return
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs)
  child.once('close', () => clearTimeout(timer))
}

/** Answers whether there was still something to signal. */
function signalGroup({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): boolean {
  if (pid === undefined || exitCode !== null || signalCode !== null) return false
  try {
    process.kill(-pid, signal)
    return true
  } catch (error) {
    // It has ended in this very moment.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
    return false
  }
}
