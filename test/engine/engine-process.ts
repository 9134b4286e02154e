import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { atEnd } from '../rig/teardown.ts'

/** An engine in a process of its own, which can be killed. */
export interface EngineProcess {
  readonly uri: string
  readonly pid: number
  /** Why the engine ended without being told to. */
  readonly failed: Promise<string>
  kill(): Promise<void>
  stop(): Promise<void>
}

const file = fileURLToPath(new URL('./processes/engine-process.ts', import.meta.url))

/**
 * @param env is set beside what the test itself has
 * @throws an Error with the message that the engine refused to start with
 */
export const startEngineProcess = async (
  directory: string,
  { env = {}, isLoud = true }: { env?: Readonly<Record<string, string>>; isLoud?: boolean } = {},
): Promise<EngineProcess> => {
  const child = spawn(process.execPath, ['--import', 'tsx', file, directory], {
    stdio: ['ignore', 'pipe', isLoud ? 'inherit' : 'ignore'],
    env: { ...process.env, ...env },
  })
  // A test that failed has not stopped it.
  atEnd(async () => {
    child.kill('SIGKILL')
    await ended(child)
  })
  const lines = createInterface({ input: child.stdout })
  const [line] = (await Promise.race([once(lines, 'line'), ended(child)])) as [string]
  const message = JSON.parse(line) as { uri?: string; error?: string }
  if (message.uri === undefined || child.pid === undefined) {
    await ended(child)
    throw new Error(message.error)
  }
  const failed = new Promise<string>((resolve) => {
    lines.on('line', (text) => {
      const { failure } = JSON.parse(text) as { failure?: string }
      if (failure !== undefined) resolve(failure)
    })
  })
  const finish = async (signal: NodeJS.Signals): Promise<void> => {
    const end = ended(child)
    child.kill(signal)
    await end
  }
  return { uri: message.uri, pid: child.pid, failed, kill: () => finish('SIGKILL'), stop: () => finish('SIGTERM') }
}

const ended = async (child: ChildProcess): Promise<[string]> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return ['{"error":"The process ended without a word"}']
}
