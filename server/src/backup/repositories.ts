/**
 * Repositories as the log has them at the moment of the snapshot: what was pushed since is not in it, and what lies in a
 * folder of which nobody was left to tell the log is.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { CommandError } from '../command.ts'
import type { Config } from '../config.ts'
import type { PushDocument, Ref, RepositoryDocument } from '../repositories/documents.ts'
import { findGit, type Git } from '../repositories/git.ts'
import { packOf, unpack } from '../repositories/pack.ts'
import { readDefaultBranch, readRefs } from '../repositories/refs.ts'
import { createStorage, type Storage } from '../repositories/storage.ts'
import type { RepositoryPart } from './parts.ts'
import type { DatabaseSnapshot } from './snapshot.ts'

export interface Folder {
  readonly git: Git
  readonly storage: Storage
}

/** Throws where git is missing, without which a repository is neither read nor written. */
export async function openFolder(config: Pick<Config, 'dataDir' | 'repositoriesDir'>): Promise<Folder> {
  const git = await findGit()
  if (git === undefined) throw new CommandError('There are repositories, and git is not installed.')
  const root = config.repositoriesDir ?? join(config.dataDir, 'repositories')
  return { git, storage: createStorage({ root, git, told: async () => [] }) }
}

export async function hasRepositories(snapshot: DatabaseSnapshot): Promise<boolean> {
  for await (const _ of repositoriesIn(snapshot)) return true
  return false
}

const repositoriesIn = (snapshot: DatabaseSnapshot): AsyncIterable<RepositoryDocument> =>
  snapshot.find<RepositoryDocument>('repositories', { deletedAt: { $exists: false } })

export async function* repositoryParts(snapshot: DatabaseSnapshot, folder: Folder): AsyncGenerator<RepositoryPart> {
  const { git, storage } = folder
  for await (const { _id, refs: known } of repositoriesIn(snapshot)) {
    const path = storage.pathOf(_id)
    // It is made with the first clone or push.
    if (known.length === 0 && !existsSync(path)) continue
    const read = async () => {
      const refs = await withUntold(snapshot, folder, _id, known)
      return { application: _id, defaultBranch: await readDefaultBranch(git, path), refs }
    }
    const shape = await read().catch((error: unknown) => {
      throw unreadable(path, error)
    })
    const targets = [...new Set(shape.refs.map(({ target }) => target))]
    yield { kind: 'repository', shape, pieces: readable(path, packOf(path, targets)) }
  }
}

async function* readable(path: string, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** Puts a repository into the folder, in place of what an unfinished run has left of it. */
export async function restoreRepository({ git, storage }: Folder, { shape, pieces }: RepositoryPart): Promise<void> {
  const { application, refs, defaultBranch } = shape
  await storage.remove(application)
  const path = await storage.ensure(application)
  await unpack(git, path, { pack: pieces, refs, defaultBranch })
}

/** With what pushes have done that the log has not been told of. After a crash the next start tells it. */
async function withUntold(
  snapshot: DatabaseSnapshot,
  { git, storage }: Folder,
  application: string,
  known: readonly Ref[],
): Promise<Ref[]> {
  const refs = new Map(known.map(({ name, target }) => [name, target]))
  const untold: PushDocument[] = []
  for await (const push of snapshot.find<PushDocument>('pushes', { application })) untold.push(push)
  if (untold.length > 0) {
    const present = new Map(
      (await readRefs(git, storage.pathOf(application))).map(({ name, target }) => [name, target]),
    )
    for (const { ref, after } of untold.flatMap(({ updates }) => updates)) {
      if (present.get(ref) !== after) continue
      if (after === undefined) refs.delete(ref)
      else refs.set(ref, after)
    }
  }
  return [...refs].map(([name, target]) => ({ name, target }))
}

function unreadable(path: string, cause: unknown): CommandError {
  const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause)
  return new CommandError(
    `The repository ${path} cannot be read: ${reason}\nWith --without-repositories the backup is made without any; keep their folder by yourself then.`,
    cause,
  )
}
