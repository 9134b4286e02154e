/** The programs beside the server, as one would call them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { testEnvironment } from './server.ts'
import { atEnd } from './teardown.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Program {
  readonly name: 'backup' | 'restore' | 'migrate'
  readonly args: readonly string[]
  readonly dataDir: string
  readonly env?: Readonly<Record<string, string>>
}

export interface Ended {
  /** Null after a signal. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export function runProgram(program: Program): Promise<Ended> {
  return outcomeOf(start(program))
}

const diesSaying = new URL('dies-saying.mjs', import.meta.url).href

/**
 * Has the program die by SIGKILL as it says this: killed from outside, on a busy machine, it may have ended first.
 * Answers whether it said it.
 */
export async function killedAfter(pattern: RegExp, program: Program): Promise<boolean> {
  const env = { ...program.env, DIES_SAYING: pattern.source, NODE_OPTIONS: `--import=${diesSaying}` }
  const { code, stderr } = await outcomeOf(start({ ...program, env }))
  if (code !== null && code !== 0) throw new Error(`it ended by itself: ${stderr}`)
  return code === null
}

function start({ name, args, dataDir, env = {} }: Program): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', `server/src/${name}.ts`, ...args], {
    cwd: root,
    env: { ...process.env, ...testEnvironment(dataDir), MONGODB_URI: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function outcomeOf(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', '']
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

/** Removed at the end. */
export async function anEmptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-backup-'))
  atEnd(() => rm(folder, { recursive: true, force: true }))
  return folder
}
