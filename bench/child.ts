import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A process that is measured, or that makes the load. */
export interface Child {
  call<Value>(name: string, argument?: unknown): Promise<Value>
  stop(): Promise<void>
}

interface Reply {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}

const running = new Set<Child>()
let profileDirectory: string | undefined

/** From here on every process leaves a CPU profile there when it stops. */
export function profileInto(directory: string): void {
  profileDirectory = directory
}

export type ProcessName =
  | 'app-server'
  | 'fan-out-server'
  | 'express-server'
  | 'guard'
  | 'driver'
  | 'engine'
  | 'clients'
  | 'load'
  | 'webhook-receiver'

/** Starts one of the processes of `processes/`, and resolves once it answers. */
export async function startChild(
  name: ProcessName,
  argument = '',
  env: Readonly<Record<string, string>> = {},
): Promise<Child> {
  const file = fileURLToPath(new URL(`processes/${name}.ts`, import.meta.url))
  // A folder for each kind: by their default names the profiles of a process's threads do not overwrite each other.
  const profile = profileDirectory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${join(profileDirectory, name)}`]
  const child = fork(file, [argument], {
    execArgv: ['--import', 'tsx', '--expose-gc', '--max-old-space-size=4096', ...profile],
    env: { ...process.env, NODE_ENV: 'production', ...env },
  })
  const calls = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let lastId = 0
  const ready = new Promise((resolve, reject) => calls.set(0, { resolve, reject }))
  const exited = once(child, 'exit').then(() => {
    for (const { reject } of calls.values()) reject(new Error(`the process ${name} has ended`))
    calls.clear()
  })
  child.on('message', ({ id, value, error }: Reply) => {
    const call = calls.get(id)
    calls.delete(id)
    if (error === undefined) call?.resolve(value)
    else call?.reject(new Error(`${name}: ${error}`))
  })
  const self: Child = {
    call: <Value>(what: string, value?: unknown) =>
      new Promise<Value>((resolve, reject) => {
        lastId += 1
        // The process's own handlers say what they answer: the caller names that type.
        calls.set(lastId, { resolve: resolve as (value: unknown) => void, reject })
        child.send({ id: lastId, name: what, argument: value })
      }),
    async stop() {
      running.delete(self)
      await endOf(child, exited)
    },
  }
  running.add(self)
  await ready
  return self
}

async function endOf(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.connected) child.send({ id: -1, name: 'stop' })
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000)
  await exited
  clearTimeout(timer)
}

export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((child) => child.stop()))
}

export const cores = availableParallelism
