/**
 * The mark of a folder of repositories that a restore fills. The database’s own mark does not tell which folder the run
 * that has set it was filling: only from a folder that bears one itself are repositories removed to begin anew.
 *
 * Once all is there it is sealed, just before the database’s mark goes: a sealed folder may be emptied for as long as the
 * database still bears the mark of the very run that has sealed it, and never again. A seal that a killed run has left
 * beside a whole installation means nothing.
 */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandError } from '../command.ts'
import { syncFolder } from './write-file.ts'

const openName = '.restoring'
const sealedName = '.restored'
const textOf = (run: string) => `Put here by npm run restore, run ${run}\n`

/**
 * Refuses a folder with repositories that no unfinished restore has put there.
 * @param earlierRun whose mark the database bears
 */
export async function admitFolder(root: string, earlierRun: string | undefined): Promise<void> {
  if (existsSync(join(root, openName))) return
  if (earlierRun !== undefined && (await sealOf(root)) === textOf(earlierRun)) {
    // Before the database bears the next run’s mark, with which this one means nothing any more.
    await rename(join(root, sealedName), join(root, openName))
    await syncFolder(root)
    return
  }
  const [first] = await repositoriesIn(root)
  if (first === undefined) return
  throw new CommandError(
    `There are repositories in ${root} already, ${first} among others. Nothing was restored; name another folder by REPOSITORIES_DIR, or move them away.`,
  )
}

/** Marks the folder, and removes what an unfinished restore has left in it. */
export async function beginRestoring(root: string, run: string): Promise<void> {
  const mark = join(root, openName)
  if (existsSync(mark)) {
    const left = (await repositoriesIn(root)).filter((name) => name.startsWith('app_'))
    for (const name of left) await rm(join(root, name), { recursive: true, force: true, maxRetries: 3 })
  }
  await mkdir(root, { recursive: true, mode: 0o700 })
  await writeFile(mark, textOf(run), { flush: true })
  await syncFolder(root)
}

/** From now on the repositories in it are somebody’s, unless the database keeps the mark of this run. */
export async function sealRestoring(root: string): Promise<void> {
  if (!existsSync(join(root, openName))) return
  await rename(join(root, openName), join(root, sealedName))
  await syncFolder(root)
}

/** Once the database counts as whole. */
export async function forgetRestoring(root: string): Promise<void> {
  await rm(join(root, sealedName), { force: true })
}

/**
 * The repositories in it are served, and somebody’s from now on: a restore that was begun, given up, and forgotten with
 * its database has left its mark, by which the next one would remove them.
 */
export async function claimFolder(root: string): Promise<void> {
  for (const name of [openName, sealedName]) await rm(join(root, name), { force: true })
}

async function sealOf(root: string): Promise<string | undefined> {
  const seal = join(root, sealedName)
  return existsSync(seal) ? readFile(seal, 'utf8') : undefined
}

async function repositoriesIn(root: string): Promise<string[]> {
  return existsSync(root) ? (await readdir(root)).filter((name) => name.endsWith('.git')) : []
}
