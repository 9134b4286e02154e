import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Git } from './git.ts'

export interface Storage {
  readonly root: string
  /** Where the repository of an application lies. Throws for what is no id: nothing else becomes a path. */
  pathOf(application: string): string
  /** Makes the repository where there is none yet, empty, with `main` as its default branch. Answers where it lies. */
  ensure(application: string): Promise<string>
  remove(application: string): Promise<void>
}

export function createStorage({ root: folder, git }: { root: string; git: Git | undefined }): Storage {
  const root = resolve(folder)

  function pathOf(application: string): string {
    if (!/^app_[0-9a-z]{26}$/.test(application)) throw new Error('this is no id of an application')
    return join(root, `${application}.git`)
  }

  async function make(path: string): Promise<void> {
    if (git === undefined) throw new Error('without git there can be no repository')
    await mkdir(root, { recursive: true, mode: 0o700 })
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

  return {
    root,
    pathOf,
    async ensure(application) {
      const path = pathOf(application)
      if (!(await exists(path))) await make(path)
      return path
    },
    remove: (application) => rm(pathOf(application), { recursive: true, force: true, maxRetries: 3 }),
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
