/**
 * The mark of a folder of repositories that a restore fills. The database’s own mark does not tell which folder the run
 * that has set it was filling: only from a folder that bears one itself are repositories removed to begin anew.
 */
import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandError } from '../command.ts'
import { syncFolder } from './write-file.ts'

const markName = '.restoring'
const markText = 'npm run restore is filling this folder, or was ended before it was done.\n'

/** Refuses a folder with repositories that no unfinished restore has put there. */
export async function refuseRepositories(root: string): Promise<void> {
  if (existsSync(join(root, markName))) return
  const [first] = await repositoriesIn(root)
  if (first === undefined) return
  throw new CommandError(
    `There are repositories in ${root} already, ${first} among others. Nothing was restored; name another folder by REPOSITORIES_DIR, or move them away.`,
  )
}

/** Marks the folder, and removes what an unfinished restore has left in it. */
export async function beginRestoring(root: string): Promise<void> {
  const mark = join(root, markName)
  if (existsSync(mark)) {
    const left = (await repositoriesIn(root)).filter((name) => name.startsWith('app_'))
    for (const name of left) await rm(join(root, name), { recursive: true, force: true, maxRetries: 3 })
    return
  }
  await mkdir(root, { recursive: true, mode: 0o700 })
  await writeFile(mark, markText, { flush: true })
  await syncFolder(root)
}

/** From now on the repositories in it are somebody’s. */
export async function endRestoring(root: string): Promise<void> {
  if (!existsSync(join(root, markName))) return
  await rm(join(root, markName))
  await syncFolder(root)
}

async function repositoriesIn(root: string): Promise<string[]> {
  return existsSync(root) ? (await readdir(root)).filter((name) => name.endsWith('.git')) : []
}
