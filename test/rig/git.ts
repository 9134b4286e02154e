import { execFile, spawnSync } from 'node:child_process'
import { watch } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Context } from 'mocha'
import { anApplication } from './applications.ts'
import type { Answer, Person, TestOrganisation } from './people.ts'
import { atEnd } from './teardown.ts'

/** Skips a test on a machine without git, and says so. */
export function needsGit(test: Context): void {
  if (spawnSync('git', ['--version']).status === 0) return
  console.warn('SKIPPED: the tests of repositories need git, which is not installed here.')
  test.skip()
}

export interface GitAnswer {
  readonly code: number
  /** What it wrote, errors included. */
  readonly output: string
}

const run = promisify(execFile)

/** The installed git as somebody’s client: with nobody’s configuration, and no question asked. */
export async function git(folder: string, ...command: readonly string[]): Promise<GitAnswer> {
  try {
    const { stdout, stderr } = await run('git', ['-C', folder, ...command], { env: clientEnvironment() })
    return { code: 0, output: `${stdout}${stderr}` }
  } catch (error) {
    if (!(error instanceof Error && 'stderr' in error && 'code' in error && 'stdout' in error)) throw error
    return { code: Number(error.code ?? -1), output: `${error.stdout}${error.stderr}` }
  }
}

function clientEnvironment(): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Ada Lovelace',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada Lovelace',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  }
}

/** A token of somebody’s, as a git client keeps it. */
export async function aToken(person: Person): Promise<string> {
  return (await newToken(person)).token
}

export async function newToken(person: Person): Promise<{ readonly id: string; readonly token: string }> {
  const { status, text, body } = await person.api('POST', '/account/tokens', { name: 'Laptop' })
  if (status !== 201) throw new Error(`making a token was answered ${status}: ${text}`)
  return body
}

/** The address of a repository with user name and token in it. */
export function remoteOf(
  { url, email }: Pick<Person, 'url' | 'email'>,
  organisation: string,
  application: string,
  token: string,
): string {
  const address = new URL(`${url}/git/${organisation}/${application}.git`)
  address.username = encodeURIComponent(email)
  address.password = token
  return address.href
}

export async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-git-'))
  atEnd(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export interface Clone {
  readonly folder: string
  readonly run: (...command: readonly string[]) => Promise<GitAnswer>
  /** Commits a file; answers the commit’s id. */
  commit(subject: string, file?: string): Promise<string>
}

/** A clone of somebody’s. Throws what git said where it could not be made. */
export async function aClone(remote: string): Promise<Clone> {
  const folder = await aFolder()
  const { code, output } = await git(folder, 'clone', '--quiet', remote, '.')
  if (code !== 0) throw new Error(output)
  const cloned = (...command: readonly string[]) => git(folder, ...command)
  // What an older git calls its first branch.
  await cloned('symbolic-ref', 'HEAD', (await cloned('symbolic-ref', 'HEAD')).output.trim())
  return {
    folder,
    run: cloned,
    async commit(subject, file = 'README.md') {
      await writeFile(join(folder, file), `${subject} ${Math.random()}\n`)
      await cloned('add', '.')
      const committed = await cloned('commit', '--quiet', '-m', subject)
      if (committed.code !== 0) throw new Error(committed.output)
      return (await cloned('rev-parse', 'HEAD')).output.trim()
    },
  }
}

/** Somebody’s clone of an application’s repository. */
export async function cloneOf(person: Person, { organisation, id }: ApplicationAt): Promise<Clone> {
  return aClone(remoteOf(person, organisation, id, await aToken(person)))
}

export interface ApplicationAt {
  readonly id: string
  readonly organisation: string
}

/** Resolves once the server’s git is taking in what is pushed to a repository, which lies aside until it has all come. */
export async function untilArriving(dataDir: string, application: string): Promise<void> {
  const objects = join(dataDir, 'repositories', `${application}.git`, 'objects')
  const changed = watch(objects)
  try {
    await new Promise<void>((resolve, reject) => {
      const look = async () => {
        if ((await readdir(objects)).some((name) => name.includes('incoming'))) resolve()
      }
      changed.on('change', () => void look().catch(reject))
      void look().catch(reject)
    })
  } finally {
    changed.close()
  }
}

/** A push of the Admin’s to a new application; answers the application. */
export async function push(organisation: TestOrganisation, what: string): Promise<Answer> {
  const application = await anApplication(organisation)
  const clone = await cloneOf(organisation.admin, application)
  await clone.commit('Begin')
  const { code, output } = await clone.run('push', 'origin', what)
  if (code !== 0) throw new Error(output)
  return organisation.admin.api('GET', application.path)
}
