import { randomBytes } from 'node:crypto'
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { problem } from '@rolecall/contract'
import type { Config } from '../config.ts'
import type { Git } from './git.ts'

/** Where the settings have the repositories. */
export const rootOf = ({ dataDir, repositoriesDir }: Pick<Config, 'dataDir' | 'repositoriesDir'>): string =>
  repositoriesDir ?? join(dataDir, 'repositories')

export interface Storage {
  readonly root: string
  /** Where the repository of an application lies. Throws for what is no id: nothing else becomes a path. */
  pathOf(application: string): string
  /**
   * Whether the folder is there, and not only the empty place of a disk that is not: it bears a mark. Where it is new, or
   * has repositories of ours, it gets one.
   */
  isThere(): Promise<boolean>
  /** A name that this folder has and no other; undefined where it is not there, or had its mark from an earlier version. */
  name(): Promise<string | undefined>
  /** Where a repository lies that there is. Throws `unavailable` where it is missing. */
  find(application: string): Promise<string>
  /**
   * Makes the repository where there is none yet, empty, with `main` as its default branch. Answers where it lies.
   * Throws `unavailable` where there should be one.
   */
  ensure(application: string): Promise<string>
  remove(application: string): Promise<void>
}

interface Parts {
  readonly root: string
  readonly git: Git | undefined
  /** What the log has told of, and so must be there: some of all applications, or this one. */
  readonly told: (application?: string) => Promise<readonly string[]>
}

/** In the folder of repositories, so that one which is not there is not taken for an empty one. */
const markName = '.rolecall'
const markText =
  'The repositories of a Rolecall lie here. Without this file the folder is taken for one that is not mounted.\n'
const nameInMark = /^Name: (\w+)$/m

export function createStorage({ root: folder, git, told }: Parts): Storage {
  const root = resolve(folder)
  const mark = join(root, markName)

  function pathOf(application: string): string {
    if (!/^app_[0-9a-z]{26}$/.test(application)) throw new Error('this is no id of an application')
    return join(root, `${application}.git`)
  }

  async function make(path: string): Promise<void> {
    if (git === undefined) throw new Error('without git there can be no repository')
    // Aside first, so that nobody meets half of one; of two who make it the second finds it made.
    const aside = await mkdtemp(join(root, '.new-'))
    try {
      await git.run(aside, ['init', '--quiet', '--bare', '--template=', aside])
      await writeFile(join(aside, 'HEAD'), 'ref: refs/heads/main\n')
      await rename(aside, path)
    } catch (error) {
      await rm(aside, { recursive: true, force: true })
      if (!(await exists(path))) throw error
    }
  }

  async function isThere(): Promise<boolean> {
    if (await exists(mark)) return true
    const expected = await told()
    const present = await Promise.all(expected.map((application) => exists(pathOf(application))))
    // Where some are there, the folder is of a version that made no mark.
    if (expected.length > 0 && !present.includes(true)) return false
    await mkdir(root, { recursive: true, mode: 0o700 })
    // Of two nodes that begin at once the first one's stays.
    await writeFile(mark, `${markText}Name: ${randomBytes(8).toString('hex')}\n`, { flag: 'wx' }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
      },
    )
    return true
  }

  async function checkFolder(): Promise<void> {
    if (await isThere()) return
    throw problem('unavailable', { detail: 'The folder of the repositories is not there at the moment.' })
  }

  const lost = () => problem('unavailable', { detail: 'The repository is not in its folder at the moment.' })

  return {
    root,
    pathOf,
    isThere,
    async name() {
      const text = await readFile(mark, 'utf8').catch(() => '')
      return nameInMark.exec(text)?.[1]
    },
    async find(application) {
      const path = pathOf(application)
      await checkFolder()
      if (!(await exists(path))) throw lost()
      return path
    },
    async ensure(application) {
      const path = pathOf(application)
      await checkFolder()
      if (await exists(path)) return path
      // An empty one in its place would be told of as the deletion of all that was in it.
      if ((await told(application)).length > 0) throw lost()
      await make(path)
      return path
    },
    async remove(application) {
      await checkFolder()
      await rm(pathOf(application), { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
