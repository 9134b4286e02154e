/** A repository as one pack: all that can be reached from some of its objects, as git itself would send it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Ref } from './documents.ts'
import { environment, type Git, GitError } from './git.ts'

/** Bounds what git takes for it, which is otherwise what the machine has. */
const memory = ['-c', 'pack.threads=1', '-c', 'pack.windowMemory=64m', '-c', 'core.bigFileThreshold=16m']

function start(path: string, command: readonly string[]) {
  const child = spawn('git', ['-c', `safe.directory=${path}`, ...memory, '--git-dir', path, ...command], {
    env: environment(),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-2_000)
  })
  const ended = once(child, 'close').then(([code]) => {
    if (code !== 0) throw new GitError(command, new Error(said.trim() || `it ended with ${code}`))
  })
  // Heard below; until then it must not be nobody’s.
  ended.catch(() => undefined)
  return { child, ended }
}

/** Throws `GitError` where an object is missing or damaged. */
export async function* packOf(path: string, targets: readonly string[]): AsyncGenerator<Uint8Array> {
  if (targets.length === 0) return
  const { child, ended } = start(path, ['pack-objects', '--stdout', '--revs', '--quiet', '--delta-base-offset'])
  try {
    // It may end without having read all: then that is its error, and told as such.
    child.stdin.on('error', () => undefined)
    child.stdin.end(targets.map((target) => `${target}\n`).join(''))
    for await (const piece of child.stdout) yield piece
    await ended
  } finally {
    child.kill()
  }
}

/** Puts a pack into an empty repository, whose branches and tags are these then. Throws `GitError` for a damaged one. */
export async function unpack(
  git: Git,
  path: string,
  { pack, refs, defaultBranch }: { pack: AsyncIterable<Uint8Array>; refs: readonly Ref[]; defaultBranch: string },
): Promise<void> {
  await git.run(path, ['symbolic-ref', 'HEAD', `refs/heads/${defaultBranch}`])
  if (refs.length === 0) {
    for await (const _ of pack) throw new GitError(['index-pack'], new Error('a pack without branches or tags'))
    return
  }
  const { child, ended } = start(path, ['index-pack', '--stdin'])
  child.stdout.resume()
  await Promise.all([pipeline(Readable.from(pack), child.stdin).catch(() => undefined), ended])
  const input = refs.map(({ name, target }) => `create ${name} ${target}\n`).join('')
  await git.run(path, ['update-ref', '--stdin'], { input })
}
