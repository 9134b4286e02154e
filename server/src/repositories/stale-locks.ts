import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Removes the locks of branches and tags that a killed git has left: nobody could ever move them again.
 * @param before when the last process that could still hold one must have taken it
 * @returns whether a younger one is left
 */
export async function removeStaleLocks(repository: string, before: Date): Promise<boolean> {
  const refs = await readdir(join(repository, 'refs'), { recursive: true }).catch(noneWhereMissing)
  const locks = refs.filter((name) => name.endsWith('.lock')).map((name) => join('refs', name))
  let isLeft = false
  for (const name of [...locks, 'packed-refs.lock', 'HEAD.lock']) {
    const path = join(repository, name)
    const found = await stat(path).catch(undefinedWhereMissing)
    if (found === undefined) continue
    if (found.mtime <= before) await rm(path, { force: true })
    else isLeft = true
  }
  return isLeft
}

function noneWhereMissing(error: unknown): string[] {
  undefinedWhereMissing(error)
  return []
}

function undefinedWhereMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
