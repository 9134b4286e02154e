import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { atEnd } from '../../rig/teardown.ts'
import type { Order, Report } from '../processes/crash-engine.ts'

/** An engine in a process of its own, from the moment in which it begins to open its data. */
export interface CrashEngine {
  readonly ready: Promise<string>
  /** What it called a mistake of its own. */
  readonly errors: readonly string[]
  readonly isKilled: boolean
  kill(): Promise<void>
}

export interface SpareEngines {
  start(order: Order): Promise<CrashEngine>
}

const file = fileURLToPath(new URL('../processes/crash-engine.ts', import.meta.url))
const packages = fileURLToPath(new URL('../../../packages/embedded-mongo/node_modules', import.meta.url))

/**
 * Keeps one process loaded and waiting, to take the place of the one that is killed. The sources are put into one file
 * of JavaScript once: to load them as they are takes longer than all else in a round.
 */
export const spareEngines = async (): Promise<SpareEngines> => {
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-crash-engine-'))
  atEnd(() => rm(folder, { recursive: true }))
  const outfile = join(folder, 'crash-engine.mjs')
  await symlink(packages, join(folder, 'node_modules'))
  await build({ entryPoints: [file], outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' })
  let spare = load(outfile)
  return {
    async start(order) {
      const child = await spare
      const engine = run(child, order)
      spare = load(outfile)
      return engine
    },
  }
}

const load = async (program: string): Promise<ChildProcess> => {
  const child = fork(program, [], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  atEnd(() => end(child))
  await once(child, 'message')
  return child
}

const run = (child: ChildProcess, order: Order): CrashEngine => {
  const errors: string[] = []
  const ready = new Promise<string>((resolve, reject) => {
    child.on('message', (report: Report) => {
      if ('uri' in report) resolve(report.uri)
      if (!('error' in report)) return
      errors.push(report.error)
      reject(new Error(report.error))
    })
    child.once('exit', () => reject(new Error('the engine was killed')))
  })
  // Killed before it was ready, which is meant.
  ready.catch(() => undefined)
  child.send(order)
  return {
    ready,
    errors,
    get isKilled() {
      return child.killed
    },
    kill: () => end(child),
  }
}

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}
