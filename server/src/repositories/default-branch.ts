import { type Git, GitError } from './git.ts'
import { readDefaultBranch, readRefs } from './refs.ts'

const heads = 'refs/heads/'

/** Has a clone check out what there is, where the first push was of another branch than the default one. */
export async function followFirstBranch(git: Git, path: string): Promise<void> {
  try {
    const branches = (await readRefs(git, path)).map(({ name }) => name).filter((name) => name.startsWith(heads))
    const [first] = branches
    if (first === undefined || branches.includes(`${heads}${await readDefaultBranch(git, path)}`)) return
    await git.run(path, ['symbolic-ref', 'HEAD', branches.includes(`${heads}master`) ? `${heads}master` : first])
  } catch (error) {
    // Of two pushes at once the other one does it.
    if (!(error instanceof GitError)) throw error
  }
}
