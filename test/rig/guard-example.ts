/** The example of an app that guards its routes, as a process that can be stopped and killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { atEnd } from './teardown.ts'

const folder = fileURLToPath(new URL('../../examples/express-guard', import.meta.url))

export interface GuardedApp {
  readonly url: string
  signal(signal: NodeJS.Signals): void
}

export function spawnExample(env: Readonly<Record<string, string>>): ChildProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', 'app.ts'], {
    cwd: folder,
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  atEnd(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return child
}

/** Resolves once it serves. */
export async function startGuardedApp(env: Readonly<Record<string, string>>): Promise<GuardedApp> {
  const child = spawnExample(env)
  let said = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const [, at] = /approved at (http:\/\/[^/]+)/.exec(said) ?? []
      if (at !== undefined) resolve(at)
    })
    child.once('close', () => reject(new Error(`the example ended: ${said}`)))
  })
  return { url, signal: (signal) => void child.kill(signal) }
}
