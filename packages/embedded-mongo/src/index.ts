import { resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { StoreReport } from './checks/check-store.ts'
import { holderOf } from './engine/directory-lock.ts'
import { hostOf, uriOf } from './engine/listening.ts'
import type { ServerSettings } from './engine/server.ts'
import type { FromWorker, ToWorker } from './engine/worker-messages.ts'

export type { StoreReport } from './checks/check-store.ts'

export interface EngineOptions {
  /** Where the data are kept; made if it is not there. One engine at a time uses it. */
  readonly directory: string
  /** How much of the log of changes is kept, for change streams that resume. 512 MB by default. */
  readonly oplogBytes?: number
  /** Older changes are dropped from the log, even if there is room. Seven days by default. */
  readonly oplogAgeMs?: number
  /** Lets MongoDB's own tests make commands fail by `configureFailPoint`. Never for data that matter. */
  readonly testCommands?: boolean
  /** Hears of errors that are mistakes of the engine; the client gets them as code 1. By default they go to stderr. */
  readonly onUnexpectedError?: (error: Error) => void
}

export interface Engine {
  /** For the official driver and mongoose. */
  readonly uri: string
  /**
   * Finishes what is under way, flushes and closes. Clients should be closed before. After the engine has failed it does
   * nothing.
   * @throws if it could not be closed in order; it has ended then all the same
   */
  stop(): Promise<void>
  /** Resolves if the engine ends without being told to; then nothing more is written, and all that was answered is. */
  readonly failed: Promise<Error>
}

const defaults = { oplogBytes: 512 * 1024 * 1024, oplogAgeMs: 7 * 24 * 60 * 60_000 }

/**
 * Starts the embedded engine in a worker thread and resolves when it answers.
 * @throws an Error with a message for people: the directory is in use by another process, or in a newer format
 */
export const startEngine = async ({
  directory,
  oplogBytes = defaults.oplogBytes,
  oplogAgeMs = defaults.oplogAgeMs,
  testCommands = false,
  onUnexpectedError = (error) => console.error(error),
}: EngineOptions): Promise<Engine> => {
  const settings: ServerSettings = { directory: resolve(directory), oplogBytes, oplogAgeMs, testCommands }
  // The worker inherits `execArgv`.
  const worker = new Worker(new URL('./engine/worker-start.mjs', import.meta.url), { workerData: settings })
  let fail: (error: Error) => void = () => undefined
  const failed = new Promise<Error>((resolveFailed) => {
    fail = resolveFailed
  })
  let stopping: Promise<void> | undefined
  const exited = new Promise<void>((resolveExit) => {
    worker.once('exit', () => resolveExit())
  })

  const uri = await new Promise<string>((ready, refused) => {
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'ready') ready(message.uri)
      else if (message.type === 'unexpected') onUnexpectedError(errorOf(message))
      else if (message.type === 'refused') refused(errorOf(message))
      else if (message.type === 'broken') fail(errorOf(message))
    })
    worker.on('error', (error: Error) => {
      refused(error)
      fail(error)
    })
    worker.on('exit', (code) => {
      const error = new Error(`The embedded engine ended with code ${code}`)
      refused(error)
      if (!stopping) fail(error)
    })
  })

  const stop = async (): Promise<void> => {
    let failure: Error | undefined
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'broken') failure = errorOf(message)
    })
    const order: ToWorker = { type: 'stop' }
    worker.postMessage(order)
    await exited
    if (failure) throw failure
  }

  return {
    uri,
    failed,
    stop() {
      stopping ??= stop()
      return stopping
    },
  }
}

/**
 * Checks the data of an engine that is not running: every page of the file, documents against indexes and back, the
 * log of changes against the state. Changes nothing; `faults` is empty if all is well.
 * @throws an Error with a message for people: there are no data, an engine has them, or the file is damaged
 */
export const checkData = async (directory: string): Promise<StoreReport> =>
  // Only here: what it needs would be loaded a second time beside the worker's.
  (await import('./checks/check-data.ts')).checkData(directory)

/**
 * Where the engine can be reached that another process runs on this directory; undefined where none does. On Unix only
 * for whoever may enter the directory.
 */
export const runningEngine = async (directory: string): Promise<string | undefined> => {
  const address = await holderOf(resolve(directory))
  return address && uriOf(hostOf(address))
}

const errorOf = ({ message, stack }: { message: string; stack: string }): Error => {
  const error = new Error(message)
  error.stack = stack
  return error
}
