import { parentPort, workerData } from 'node:worker_threads'
import { isCommitFailure } from '../storage/disk-failures.ts'
import { type ServerSettings, startServer } from './server.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

const tell = (message: FromWorker): void => parentPort?.postMessage(message)

const describe = (error: unknown): { message: string; stack: string } => {
  const known = error instanceof Error ? error : new Error(String(error))
  return { message: known.message, stack: known.stack ?? known.message }
}

// `startEngine` starts this file, with these data.
const settings = workerData as ServerSettings

// Of a commit that fails lmdb-js also rejects a promise that it gives to nobody. The store hears of it by another.
process.on('unhandledRejection', (reason) => {
  if (!isCommitFailure(reason)) throw reason
})

try {
  let isBroken = false
  const breakDown = (error: unknown): void => {
    // Each commit that was under way fails by itself. Told once more, it would look to who has it stopped meanwhile as
    // if it could not be closed.
    if (isBroken) return
    isBroken = true
    tell({ type: 'broken', ...describe(error) })
    setImmediate(() => process.exit(1))
  }
  const server = await startServer(settings, {
    // What lmdb holds may be half of a change: nothing more may be written or answered.
    onBroken: breakDown,
    onUnexpected: (error) => tell({ type: 'unexpected', ...describe(error) }),
  })
  parentPort?.on('message', (message: ToWorker) => {
    if (message.type !== 'stop') return
    server.stop().then(
      () => {
        tell({ type: 'stopped' })
        parentPort?.close()
      },
      // What it could not close would keep it alive.
      breakDown,
    )
  })
  tell({ type: 'ready', uri: server.uri })
} catch (error) {
  tell({ type: 'refused', ...describe(error) })
}
