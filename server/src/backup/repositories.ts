/**
 * Repositories as the log has them at the moment of the snapshot: what was pushed since is not in it, and what lies in a
 * folder of which nobody was left to tell the log is.
 */
import { existsSync } from 'node:fs'
import { CommandError } from '../command.ts'
import type { Config } from '../config.ts'
import type { PushDocument, Ref, RepositoryDocument } from '../repositories/documents.ts'
import { findGit, type Git } from '../repositories/git.ts'
import { packOf, unpack } from '../repositories/pack.ts'
import { readDefaultBranch, readRefs } from '../repositories/refs.ts'
import { createStorage, rootOf, type Storage } from '../repositories/storage.ts'
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
  return { git, storage: createStorage({ root: rootOf(config), git, told: async () => [] }) }
}

/** What the log says of a repository, with what it has not been told of. */
export interface KnownRepository {
  readonly application: string
  readonly refs: readonly Ref[]
}

/**
 * Reads what there is to be packed. At once and not one by one while packing, which may take longer than a database keeps
 * a snapshot that nobody reads.
 */
export async function knownRepositories(
  snapshot: DatabaseSnapshot,
  config: Parameters<typeof openFolder>[0],
): Promise<{ folder: Folder; known: readonly KnownRepository[] } | undefined> {
  const documents = await all(snapshot.find<RepositoryDocument>('repositories', { deletedAt: { $exists: false } }))
  if (documents.length === 0) return undefined
  const folder = await openFolder(config)
  const known: KnownRepository[] = []
  for (const { _id, refs } of documents) {
    // It is made with the first clone or push.
    if (refs.length === 0 && !existsSync(folder.storage.pathOf(_id))) continue
    const pushes = await all(snapshot.find<PushDocument>('pushes', { application: _id }))
    known.push({ application: _id, refs: await withUntold(folder, _id, refs, pushes) })
  }
  return { folder, known }
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = []
  for await (const item of items) list.push(item)
  return list
}

export async function* repositoryParts(
  { git, storage }: Folder,
  known: readonly KnownRepository[],
): AsyncGenerator<RepositoryPart> {
  for (const { application, refs } of known) {
    const path = storage.pathOf(application)
    const defaultBranch = await readDefaultBranch(git, path).catch((error: unknown) => {
      throw unreadable(path, error)
    })
    const targets = [...new Set(refs.map(({ target }) => target))]
    const pieces = readable(path, packOf(path, targets))
    yield { kind: 'repository', shape: { application, defaultBranch, refs }, pieces }
  }
}

async function* readable(path: string, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** Puts a repository into a folder that has none of its name. */
export async function restoreRepository({ git, storage }: Folder, { shape, pieces }: RepositoryPart): Promise<void> {
  const { application, refs, defaultBranch } = shape
  const path = await storage.ensure(application)
  await unpack(git, path, { pack: pieces, refs, defaultBranch })
}

/** With what pushes have done that the log has not been told of. After a crash the next start tells it. */
async function withUntold(
  { git, storage }: Folder,
  application: string,
  told: readonly Ref[],
  pushes: readonly PushDocument[],
): Promise<readonly Ref[]> {
  if (pushes.length === 0) return told
  const path = storage.pathOf(application)
  const read = await readRefs(git, path).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  const present = new Map(read.map(({ name, target }) => [name, target]))
  const refs = new Map(told.map(({ name, target }) => [name, target]))
  for (const { ref, after } of pushes.flatMap(({ updates }) => updates)) {
    if (present.get(ref) !== after) continue
    if (after === undefined) refs.delete(ref)
    else refs.set(ref, after)
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
