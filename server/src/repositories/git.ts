/**
 * The installed git, run with nothing of this process’s environment and nobody’s configuration but ours: what a machine
 * or its user has set up for working with git has no business here.
 */
import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'

export interface Git {
  /** As it says itself: `2.39.5`. */
  readonly version: string
  /** Runs a command in a repository and answers what it wrote. Throws `GitError`. */
  run(directory: string, command: readonly string[], options?: { readonly input?: string }): Promise<string>
}

/** A command of git that failed. */
export class GitError extends Error {
  constructor(command: readonly string[], cause: unknown) {
    super(`git ${command.join(' ')} failed`, { cause })
    this.name = 'GitError'
  }
}

const timeoutMs = 30_000
const maxOutput = 16 * 1_024 * 1_024

/** All that a process of git gets to know of where it runs. */
export function environment(): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    LC_ALL: 'C.UTF-8',
    // Nobody’s: there is neither configuration nor a key ring.
    HOME: '/nonexistent',
    XDG_CONFIG_HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
  }
}

/** Looks for git; undefined where it is missing or lacks its server side. */
export async function findGit(): Promise<Git | undefined> {
  try {
    const version = await execute(['--version'])
    const programs = (await execute(['--exec-path'])).trim()
    await access(join(programs, 'git-http-backend'), constants.X_OK)
    return {
      version: version.replace(/^git version /, '').trim(),
      run: (directory, command, { input = '' } = {}) =>
        execute(['-c', `safe.directory=${directory}`, '--git-dir', directory, ...command], input),
    }
  } catch (error) {
    if (error instanceof GitError || isMissing(error)) return undefined
    throw error
  }
}

function execute(command: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      'git',
      command,
      { env: environment(), timeout: timeoutMs, maxBuffer: maxOutput, encoding: 'utf8' },
      (error, output) => (error === null ? resolve(output) : reject(new GitError(command, error))),
    )
    // It may end without having read all: then that is its error, and told as such.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES')
}
