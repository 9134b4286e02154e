import type { Connection } from 'mongoose'
import { CommandError } from '../command.ts'
import type { Config } from '../config.ts'
import { rootOf } from '../repositories/storage.ts'
import { createSumming, isSameSum, nameOf, type Part, type Sum, summed } from './parts.ts'
import { type BackupFile, expectedSums } from './read-file.ts'
import { type Folder, openFolder, restoreRepository } from './repositories.ts'
import { admitFolder, beginRestoring, forgetRestoring, sealRestoring } from './restoring.ts'
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
  const root = rootOf(config)
  const target = await openTarget(connection, 'restore', async (earlierRun) => {
    if (folder !== undefined) await admitFolder(root, earlierRun)
  })
  if (folder !== undefined) {
    await beginRestoring(root, target.run)
    // Marks it as ours, since it is new.
    await folder.storage.isThere()
  }
  await putKey()
  const written = new Map<string, Sum>()
  const put = new Map<string, Sum>()
  for await (const part of file.parts()) {
    const sum = await putPart(part, target, folder)
    if (part.kind === 'collection') written.set(part.shape.name, sum)
    put.set(nameOf(part), sum)
    onPart(nameOf(part), sum)
  }
  for (const [name, expected] of expectedSums(manifest)) {
    const sum = put.get(name)
    if (sum === undefined || !isSameSum(sum, expected))
      throw new CommandError('The backup has changed while it was read.')
  }
  await target.compare(written)
  // First, so that no folder of a whole installation is ever taken for one that may be emptied.
  await sealRestoring(root)
  await target.finish()
  await forgetRestoring(root)
}

async function putPart(part: Part, target: Target, folder: Folder | undefined): Promise<Sum> {
  if (part.kind === 'collection') return target.fill(part)
  if (folder === undefined) throw new CommandError('The backup has a repository of which it does not say so.')
  const summing = createSumming()
  await restoreRepository(folder, { ...part, pieces: summed(part.pieces, summing) })
  return summing.sum()
}
