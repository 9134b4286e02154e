import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { testEnvironment } from './server.ts'
import { atEnd } from './teardown.ts'

const ourRoot = fileURLToPath(new URL('../..', import.meta.url))

export interface ServerProcess {
  readonly url: string
  readonly pid: number
  readonly dataDir: string
  /** What it has written so far. */
  readonly output: () => { readonly stdout: string; readonly stderr: string }
  /** Resolves once it has said this on its standard output, with what the pattern’s first group matched. */
  said(pattern: RegExp): Promise<string>
  /** Sends a signal, SIGKILL by default, and resolves with the exit code (null after a signal that killed it). */
  kill(signal?: NodeJS.Signals): Promise<number | null>
}

export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>
  /** To start again on the data of a process that was killed. */
  readonly dataDir?: string
  /** Another tree than this one. */
  readonly root?: string
}

/** The server as a process of its own, which can be killed. Resolves when it says that it is ready. */
export async function startServerProcess({
  env = {},
  dataDir,
  root = ourRoot,
}: ProcessOptions = {}): Promise<ServerProcess> {
  const directory = dataDir ?? (await aFolder())
  return watch(
    spawn(process.execPath, ['--import', 'tsx', 'server/src/main.ts'], {
      cwd: root,
      env: { ...process.env, ...testEnvironment(directory), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
    directory,
  )
}

/** Removed at the end, after the processes that use it. */
async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-process-'))
  atEnd(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function watch(child: ChildProcess, dataDir: string): Promise<ServerProcess> {
  let stdout = ''
  let stderr = ''
  const exited = once(child, 'close')
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const waiting = new Set<() => void>()
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    for (const look of waiting) look()
  })
  function said(pattern: RegExp): Promise<string> {
    return new Promise((resolve) => {
      const look = () => {
        const found = pattern.exec(stdout)
        if (found === null) return
        waiting.delete(look)
        resolve(found[1] ?? '')
      }
      waiting.add(look)
      look()
    })
  }
  const ready = said(/Rolecall is ready: (\S+)/)
  const failed = exited.then(([code]) => {
    throw new ServerDidNotStart(code, stdout, stderr)
  })
  async function kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    child.kill(signal)
    const [code] = await exited
    return code
  }
  atEnd(async () => {
    await kill()
  })
  const url = await Promise.race([ready, failed])
  failed.catch(() => undefined)
  return { url, pid: child.pid ?? 0, dataDir, output: () => ({ stdout, stderr }), said, kill }
}

export class ServerDidNotStart extends Error {
  readonly code: number | null
  readonly stderr: string

  constructor(code: number | null, stdout: string, stderr: string) {
    super(`the server ended with ${code} before it was ready\n${stdout}\n${stderr}`)
    this.code = code
    this.stderr = stderr
  }
}
