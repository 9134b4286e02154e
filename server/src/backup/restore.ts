import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import type { Connection } from 'mongoose'
import { CommandError } from '../command.ts'
import type { Config } from '../config.ts'
import { createSumming, isSameSum, nameOf, type Part, type Sum, summed } from './parts.ts'
import type { BackupFile } from './read-file.ts'
import { type Folder, openFolder, restoreRepository } from './repositories.ts'
import { openTarget, type Target } from './target.ts'

export interface RestoreRequest {
  readonly config: Pick<Config, 'dataDir' | 'repositoriesDir' | 'secretKey'>
  readonly connection: Connection
  /** As `planKey` has planned it. */
  readonly putKey: () => Promise<void>
  readonly onPart: (name: string, sum: Sum) => void
}

/**
 * Puts an installation where there is none: an empty database, a folder without repositories. Until all of it is there
 * and has been compared, no server starts on it; a run that was ended before is begun anew by the next.
 */
export async function restoreBackup(
  file: BackupFile,
  { config, connection, putKey, onPart }: RestoreRequest,
): Promise<void> {
  const { manifest } = file
  const folder = (manifest.repositories ?? []).length > 0 ? await openFolder(config) : undefined
  const target = await openTarget(connection, 'restore', async ({ isSecondAttempt }) => {
    if (folder !== undefined && !isSecondAttempt) await refuseRepositories(folder)
  })
  // Marks it as ours, since it is new.
  await folder?.storage.isThere()
  await putKey()
  const written = new Map<string, Sum>()
  for await (const part of file.parts()) {
    const sum = await put(part, target, folder)
    if (part.kind === 'collection') written.set(part.shape.name, sum)
    onPart(nameOf(part), sum)
  }
  for (const expected of manifest.collections) {
    const sum = written.get(expected.name)
    if (sum === undefined || !isSameSum(sum, expected))
      throw new CommandError('The backup has changed while it was read.')
  }
  await target.compare(written)
  await target.finish()
}

async function put(part: Part, target: Target, folder: Folder | undefined): Promise<Sum> {
  if (part.kind === 'collection') return target.fill(part)
  if (folder === undefined) throw new CommandError('The backup has a repository of which it does not say so.')
  const summing = createSumming()
  await restoreRepository(folder, { ...part, pieces: summed(part.pieces, summing) })
  return summing.sum()
}

async function refuseRepositories({ storage: { root } }: Folder): Promise<void> {
  const present = existsSync(root) ? (await readdir(root)).filter((name) => name.endsWith('.git')) : []
  if (present.length === 0) return
  throw new CommandError(
    `There are repositories in ${root} already, ${present[0]} among others. Nothing was restored; name another folder by REPOSITORIES_DIR, or move them away.`,
  )
}
