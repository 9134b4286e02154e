import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Mutation {
  /** Path of a source file from the root. */
  readonly file: string
  /** Exactly once in that file. */
  readonly from: string
  readonly to: string
}

export interface Outcome {
  readonly passed: number
  /** Titles of the tests that failed, with their messages. */
  readonly failed: readonly { readonly title: string; readonly message: string }[]
}

/** Copied, since they are changed or find each other by relative paths; everything else is the same for all. */
const copied = ['server', 'test']

/**
 * Runs a file of tests on a copy of the sources with some changes in the server, in a folder of its own. For negative
 * controls: what a protection prevents must be seen by a test once the protection is gone.
 * @throws when a change does not fit its file, or when mocha ends without a result
 */
export async function runOnMutant(
  mutations: readonly Mutation[],
  { file, grep, timeoutMs }: { readonly file: string; readonly grep?: string; readonly timeoutMs: number },
): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-mutant-'))
  try {
    await copySources(folder)
    for (const mutation of mutations) await apply(folder, mutation)
    return await runMocha(folder, [
      file,
      ...['--reporter', 'json', '--reporter-option', 'output=result.json', '--bail', '--exit'],
      ...['--timeout', String(timeoutMs)],
      ...(grep === undefined ? [] : ['--grep', grep]),
    ])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function copySources(folder: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (name === '.git' || name === 'data') continue
    if (!copied.includes(name)) {
      await symlink(join(root, name), join(folder, name))
      continue
    }
    await cp(join(root, name), join(folder, name), {
      recursive: true,
      filter: (source) => !source.endsWith('node_modules'),
    })
    await symlink(join(root, name, 'node_modules'), join(folder, name, 'node_modules'))
  }
}

/** @throws when what is to be replaced is not in the sources, or more than once */
export async function checkFits(mutation: Mutation): Promise<void> {
  await changed(root, mutation)
}

async function apply(folder: string, mutation: Mutation): Promise<void> {
  await writeFile(join(folder, mutation.file), await changed(folder, mutation))
}

async function changed(folder: string, { file, from, to }: Mutation): Promise<string> {
  const parts = (await readFile(join(folder, file), 'utf8')).split(from)
  if (parts.length !== 2) throw new Error(`${file} holds ${parts.length - 1} times what is to be replaced: ${from}`)
  return parts.join(to)
}

interface MochaResult {
  readonly stats: { readonly passes: number }
  readonly failures: readonly { readonly fullTitle: string; readonly err: { readonly message?: string } }[]
}

async function runMocha(folder: string, parameters: readonly string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [join(root, 'node_modules/mocha/bin/mocha.js'), ...parameters], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ROLECALL_LONG: '' },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  await once(child, 'close')
  const result = await readFile(join(folder, 'result.json'), 'utf8').catch(() => {
    throw new Error(`mocha ended without a result\n${output}`)
  })
  const { stats, failures } = JSON.parse(result) as MochaResult
  return {
    passed: stats.passes,
    failed: failures.map(({ fullTitle, err }) => ({ title: fullTitle, message: err.message ?? '' })),
  }
}
