/**
 * Serves git’s smart HTTP with `git http-backend`, streamed both ways. Whoever calls has seen before that the client
 * may; what is asked of git here is one repository and one service, and nothing of the client’s becomes a path, an
 * option or configuration.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { basename, dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Logger } from '../logger.ts'
import { readHead } from './cgi.ts'
import { Cut, type CutReason } from './cut.ts'
import { environment } from './git.ts'
import { watchIdle } from './idle.ts'
import { endGroup, lastWords } from './processes.ts'
import { type BodyLimits, boundRest, forwardBody, lengthOf } from './sent-body.ts'
import { createSlots } from './slots.ts'

export type Service = 'git-upload-pack' | 'git-receive-pack'

export interface BackendRequest {
  readonly repository: string
  readonly service: Service
  /** Which of the protocol’s two requests it is: what there is, or the exchange itself. */
  readonly step: 'advertise' | 'exchange'
  /** Whose it is; each may have so many at once. */
  readonly account: string
  readonly environment: Readonly<Record<string, string>>
  /** Ends it, whatever it is doing: whoever it is for may not any more. */
  readonly signal: AbortSignal
}

export interface Backend {
  /**
   * Answers a request, without ending the answer: what happened is to be logged before the client hears that it has.
   * Resolves once git’s processes are over; rejects with `Cut` where it was ended before its time.
   */
  serve(request: IncomingMessage, response: ServerResponse, wanted: BackendRequest): Promise<void>
  /** Ends what runs, and resolves once it has ended. */
  stop(): Promise<void>
}

interface Limits {
  readonly timeoutMs: number
  /** A client can be waited for so long. */
  readonly idleMs: number
  readonly maxPushBytes: number
}

const maxAtOnce = 32
const maxOfAccount = 8
/** What a client says that wants to fetch: names of commits. Git itself would keep 10 MB of it in memory. */
const maxFetchBytes = 8 * 1_024 * 1_024
/** What a push says that it would change, and where a shallow clone ends. */
const maxCommandBytes = 1_024 * 1_024

/** What git may have in memory. Larger files than these it reads and writes in parts. */
const memory = {
  'core.bigFileThreshold': '32m',
  'core.deltaBaseCacheLimit': '32m',
  'pack.threads': '2',
  'pack.windowMemory': '64m',
  'pack.deltaCacheSize': '32m',
} as const
/** One thing in memory, as what a few bytes of a pack unpack to. */
const maxAllocation = '256m'

export function createBackend({
  hooksDirectory,
  limits,
  logger,
}: {
  hooksDirectory: string
  limits: Limits
  logger: Logger
}): Backend {
  const slots = createSlots({ inAll: maxAtOnce, perAccount: maxOfAccount })
  /** How to end what runs. */
  const running = new Map<ChildProcess, (reason: CutReason) => void>()

  function start(request: IncomingMessage, wanted: BackendRequest): ChildProcess {
    const { repository, service } = wanted
    const settings = {
      ...memory,
      'safe.directory': repository,
      'core.hooksPath': hooksDirectory,
      'http.getanyfile': 'false',
      'http.uploadpack': 'true',
      'http.receivepack': 'true',
      'transfer.fsckObjects': 'true',
      'receive.maxInputSize': `${limits.maxPushBytes}`,
      // HEAD is locked for as long as it takes to write another default branch, and by git for each push to that one.
      'core.filesRefLockTimeout': '5000',
      // Now and then a push packs what has come, itself and not in the background, where nobody would look after it.
      'receive.autogc': 'true',
      'gc.autoDetach': 'false',
      'maintenance.autoDetach': 'false',
      'uploadpack.allowFilter': 'true',
    }
    return spawn(
      'git',
      [...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]), 'http-backend'],
      {
        // A group of its own, so that all of it can be ended.
        detached: true,
        stdio: ['pipe', 'pipe', 'pipe'],
        env: {
          ...environment(),
          ...wanted.environment,
          GIT_ALLOC_LIMIT: maxAllocation,
          GIT_PROJECT_ROOT: dirname(repository),
          GIT_HTTP_EXPORT_ALL: '1',
          PATH_INFO: `/${basename(repository)}/${wanted.step === 'advertise' ? 'info/refs' : service}`,
          QUERY_STRING: wanted.step === 'advertise' ? `service=${service}` : '',
          REQUEST_METHOD: wanted.step === 'advertise' ? 'GET' : 'POST',
          CONTENT_TYPE: wanted.step === 'advertise' ? '' : `application/x-${service}-request`,
          REMOTE_USER: wanted.account,
          ...lengthOf(request),
          ...protocolOf(request),
        },
      },
    )
  }

  /** Gives the place back where there is no process that would: it throws at once where memory is short. */
  function startIn(leave: () => void, request: IncomingMessage, wanted: BackendRequest): ChildProcess {
    try {
      return start(request, wanted)
    } catch (error) {
      leave()
      throw error
    }
  }

  async function exchange(
    child: ChildProcess,
    request: IncomingMessage,
    response: ServerResponse,
    service: Service,
    cut: (reason: CutReason) => void,
  ): Promise<void> {
    const { stdin, stdout } = child
    if (stdin === null || stdout === null) throw new Error('git was started without pipes')
    const bodyLimits: BodyLimits =
      service === 'git-upload-pack'
        ? { maxBytes: maxFetchBytes }
        : { maxBytes: limits.maxPushBytes + maxFetchBytes, maxCommandBytes }
    forwardBody(request, stdin, bodyLimits, () => cut('body'))
    const stopWatching = watchIdle(request, response, { idleMs: limits.idleMs, onIdle: () => cut('idle') })
    try {
      const { status, headers } = await readHead(stdout)
      response.writeHead(status, headers)
      await pipeline(stdout, response, { end: false })
    } finally {
      stopWatching()
    }
  }

  return {
    async serve(request, response, wanted) {
      const leave = slots.enter(wanted.account)
      const child = startIn(leave, request, wanted)
      const stopping = new AbortController()
      const cut = (reason: CutReason) => {
        if (stopping.signal.aborted) return
        stopping.abort(new Cut(reason))
        endGroup(child)
        // What has been sent so far must not be taken for the whole.
        response.destroy()
      }
      running.set(child, cut)
      const ended = once(child, 'close')
      // Told below, where the pipes fail; here it would be nobody’s.
      ended.catch(() => undefined)
      const said = lastWords(child)
      const timer = setTimeout(() => cut('time'), limits.timeoutMs)
      const [onClose, onAbort] = [() => cut('client'), () => cut('access')]
      response.once('close', onClose)
      wanted.signal.addEventListener('abort', onAbort)
      if (wanted.signal.aborted) cut('access')
      // It went away while it was asked who it is: nothing more is said of that.
      if (response.destroyed) cut('client')
      try {
        await exchange(child, request, response, wanted.service, cut).catch((error: unknown) => {
          // Because of what ended it, where something did.
          stopping.signal.throwIfAborted()
          throw error
        })
        stopping.signal.throwIfAborted()
      } finally {
        clearTimeout(timer)
        response.off('close', onClose)
        wanted.signal.removeEventListener('abort', onAbort)
        endGroup(child)
        boundRest(request)
        // It rejects where git could not be started, which the exchange has told.
        await ended.catch(() => undefined)
        running.delete(child)
        leave()
        if (said() !== '') logger.debug({ said: said() }, 'git said something')
      }
    },
    async stop() {
      const ending = [...running].map(async ([child, cut]) => {
        const ended = child.exitCode === null && child.signalCode === null ? once(child, 'close') : undefined
        cut('stop')
        await ended
      })
      await Promise.all(ending)
    },
  }
}

/** `Git-Protocol`, with which a client asks for a version of the protocol. */
function protocolOf({ headers }: IncomingMessage): Record<string, string> {
  const asked = headers['git-protocol']
  return typeof asked === 'string' && /^[\w=:.-]{1,100}$/.test(asked) ? { GIT_PROTOCOL: asked } : {}
}
