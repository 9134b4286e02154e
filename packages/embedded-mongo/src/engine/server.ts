import { mkdirSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { answer } from '../commands/dispatch.ts'
import { serve } from '../wire/connection.ts'
import { type DirectoryLock, lockDirectory } from './directory-lock.ts'
import { type Engine, openEngine } from './engine.ts'
import { type Listening, listen, uriOf } from './listening.ts'

export interface ServerSettings {
  readonly directory: string
  readonly oplogBytes: number
  readonly oplogAgeMs: number
  readonly testCommands: boolean
}

export interface RunningServer {
  readonly uri: string
  stop(): Promise<void>
}

/** How long answers that are under way may take when the engine stops, until their clients have them. */
const drainMs = 5_000

/**
 * Opens the data and answers on the socket. `onBroken` hears of a failure after which the process must not go on,
 * `onUnexpected` of an error that is a mistake of the engine itself.
 */
export const startServer = async (
  { directory, oplogBytes, oplogAgeMs, testCommands }: ServerSettings,
  { onBroken, onUnexpected }: { onBroken: (error: Error) => void; onUnexpected: (error: unknown) => void },
): Promise<RunningServer> => {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const sockets = new Set<Socket>()
  const working = new Set<Promise<unknown>>()
  let engine: Engine | undefined
  let isStopping = false
  let isClosing = false
  let connections = 0

  const server = createServer((socket) => {
    const running = engine
    // Somebody who asks whether the lock's holder lives, before the data are open or while they are closed.
    if (!running || isClosing) {
      socket.destroy()
      return
    }
    sockets.add(socket)
    connections += 1
    serve(
      socket,
      connections,
      (connection, message) => {
        const answered = answer(running, connection, message, onUnexpected, isStopping)
        working.add(answered)
        return answered.finally(() => working.delete(answered))
      },
      (connection) => {
        sockets.delete(socket)
        running.transactions.disconnected(connection)
      },
    )
  })

  let listening: Listening | undefined
  let lock: DirectoryLock | undefined
  const close = async (): Promise<void> => {
    isClosing = true
    for (const socket of sockets) socket.destroy()
    try {
      await engine?.close()
      // It listens as long as the lock is there: a lock at whose address nobody listens is taken over.
      lock?.release()
    } finally {
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      listening?.remove()
    }
  }

  /** Ends each connection once its client has taken what was answered. */
  const drain = async (): Promise<void> => {
    await Promise.allSettled(working)
    // What was answered last is written a moment later.
    await setImmediate()
    await Promise.all([...sockets].map(taken))
  }

  try {
    listening = await listen(server, directory)
    lock = await lockDirectory(directory, listening.connect)
    // Drivers compare it with the path that they have, which is not escaped.
    const address = decodeURIComponent(listening.host)
    const clocks = { now: Date.now, elapsedMs: () => performance.now() }
    const settings = { directory, address, oplogBytes, oplogAgeMs, testCommands, ...clocks }
    engine = await openEngine(settings, onBroken)
  } catch (error) {
    await close()
    throw error
  }

  return {
    uri: uriOf(listening.host),
    async stop() {
      isStopping = true
      engine?.interrupt()
      let timer: NodeJS.Timeout | undefined
      const late = new Promise((resolve) => {
        timer = setTimeout(resolve, drainMs)
      })
      await Promise.race([drain(), late])
      clearTimeout(timer)
      await close()
    },
  }
}

/** As far as the system's buffer, which outlives the socket. */
const taken = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.once('close', () => resolve())
    socket.destroySoon()
  })
