import type { Commit } from '@rolecall/contract'
import { unprintable } from '@rolecall/contract/schemas'
import type { Ref } from './documents.ts'
import { type Git, GitError } from './git.ts'

/** So many commits an event or an answer shows. */
const shownCommits = 20

// Cut by git, and filled up with spaces: a subject can be a line of many megabytes.
const fields = '%H%x00%<(300,trunc)%an%x00%aI%x00%<(500,trunc)%s'
const log = ['-c', 'i18n.logOutputEncoding=UTF-8', 'log', '-z', `--format=${fields}`]

/** Where the branches and tags of a repository point to at the moment. */
export async function readRefs(git: Git, path: string): Promise<Ref[]> {
  const output = await git.run(path, ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads', 'refs/tags'])
  return linesOf(output).map((line) => {
    const [target = '', name = ''] = line.split(' ')
    return { name, target }
  })
}

/** The branch that a clone checks out, whether there is one of that name or not. */
export async function readDefaultBranch(git: Git, path: string): Promise<string> {
  const head = await git.run(path, ['symbolic-ref', 'HEAD'])
  return head.trim().replace(/^refs\/heads\//, '')
}

/** The last commit of each branch, by branch. */
export async function readBranches(git: Git, path: string): Promise<{ name: string; commit: Commit }[]> {
  const refs = (await readRefs(git, path)).filter(({ name }) => name.startsWith('refs/heads/'))
  const tips = await readTips(git, path, refs)
  return refs.map(({ name, target }) => ({
    name: name.replace(/^refs\/heads\//, ''),
    commit: tips.get(target) ?? shown([target]),
  }))
}

/** By id. Without those of which git cannot tell: that a branch is there is shown all the same. */
async function readTips(git: Git, path: string, refs: readonly Ref[]): Promise<Map<string, Commit>> {
  if (refs.length === 0) return new Map()
  const input = refs.map(({ target }) => `${target}\n`).join('')
  const output = await git.run(path, [...log, '--no-walk=unsorted', ...selection], { input }).catch(nothing)
  return new Map(grouped(output).map((commit) => [commit[0] ?? '', shown(commit)]))
}

/** For what git cannot tell. */
function nothing(error: unknown): string {
  if (error instanceof GitError) return ''
  throw error
}

interface Reached {
  readonly from: string
  /** What can be reached from these is left out. */
  readonly others?: readonly string[]
}

const selection = ['--stdin', '--ignore-missing']
const inputOf = ({ from, others = [] }: Reached) =>
  [from, ...others.map((other) => `^${other}`)].map((line) => `${line}\n`).join('')

/** The last of the commits that can be reached, the newest first. */
export async function readCommits(git: Git, path: string, reached: Reached): Promise<Commit[]> {
  const command = [...log, `--max-count=${shownCommits}`, ...selection]
  const output = await git.run(path, command, { input: inputOf(reached) }).catch(nothing)
  return grouped(output).map(shown)
}

/** How many commits can be reached. It takes as long as they are many: nothing for each request. */
export async function countCommits(git: Git, path: string, reached: Reached): Promise<number> {
  return Number(await git.run(path, ['rev-list', '--count', ...selection], { input: inputOf(reached) }))
}

/** Whether all that was reachable from one commit is from the other. */
export async function isAncestor(git: Git, path: string, one: string, other: string): Promise<boolean> {
  const input = inputOf({ from: one, others: [other] })
  return (await git.run(path, ['rev-list', '--max-count=1', ...selection], { input })) === ''
}

/** What the objects of a repository take on disk. */
export async function sizeOf(git: Git, path: string): Promise<number> {
  const counted = new Map(
    linesOf(await git.run(path, ['count-objects', '-v'])).map((line) => {
      const [name = '', kibibytes] = line.split(': ')
      return [name, Number(kibibytes)]
    }),
  )
  return ((counted.get('size') ?? 0) + (counted.get('size-pack') ?? 0)) * 1_024
}

const linesOf = (output: string) => output.split('\n').filter((line) => line !== '')

function grouped(output: string): string[][] {
  const parts = output.split('\0')
  return Array.from({ length: Math.floor(parts.length / 4) }, (_, at) => parts.slice(at * 4, at * 4 + 4))
}

/** What people wrote themselves is shown in one line, and not longer than one. */
function shown([id = '', name = '', at = '', subject = '']: readonly string[]): Commit {
  const time = new Date(at)
  return {
    id,
    subject: line(subject, 200),
    author: { name: line(name, 100) },
    at: (Number.isNaN(time.getTime()) ? new Date(0) : time).toISOString(),
  }
}

const everyUnprintable = new RegExp(unprintable, 'gu')

function line(text: string, maxLength: number): string {
  const letters = Array.from(text.trimEnd().replace(everyUnprintable, '\ufffd'))
  return letters.length <= maxLength ? letters.join('') : `${letters.slice(0, maxLength - 1).join('')}…`
}
