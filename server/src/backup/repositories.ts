/**
 * Repositories as the log has them at the moment of the snapshot: what was pushed since is not in it, and what lies in a
 * folder of which nobody was left to tell the log is.
 */
import { existsSync } from 'node:fs'
import type { Connection } from 'mongoose'
import { CommandError } from '../command.ts'
import type { Config } from '../config.ts'
import { followFirstBranch } from '../repositories/default-branch.ts'
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
  now: BranchesNow,
): Promise<{ folder: Folder; known: readonly KnownRepository[] } | undefined> {
  const documents = await listOf(snapshot.find<RepositoryDocument>('repositories', { deletedAt: { $exists: false } }))
  if (documents.length === 0) return undefined
  const folder = await openFolder(config)
  const known: KnownRepository[] = []
  for (const { _id, refs } of documents) {
    // It is made with the first clone or push.
    if (refs.length === 0 && !existsSync(folder.storage.pathOf(_id))) continue
    const pushes = await listOf(snapshot.find<PushDocument>('pushes', { application: _id }))
    const all = await withUntold(folder, _id, refs, pushes).catch(async (error: unknown) => {
      // Then the packing says so.
      if ((await now(_id)) === undefined) return refs
      throw error
    })
    known.push({ application: _id, refs: all })
  }
  return { folder, known }
}

async function listOf<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = []
  for await (const item of items) list.push(item)
  return list
}

/** What has become of it since the snapshot: its branches and tags, or undefined where its application was deleted. */
export type BranchesNow = (application: string) => Promise<readonly Ref[] | undefined>

export function branchesNow(connection: Connection): BranchesNow {
  const repositories = connection.getClient().db(connection.name).collection<RepositoryDocument>('repositories')
  return async (_id) => (await repositories.findOne({ _id, deletedAt: { $exists: false } }))?.refs
}

/** `leaveOut` hears, for people, what was deleted so soon after the snapshot that it could not be packed any more. */
export async function* repositoryParts(
  folder: Folder,
  known: readonly KnownRepository[],
  now: BranchesNow,
  leaveOut: (what: string) => void,
): AsyncGenerator<RepositoryPart> {
  for (const repository of known) {
    const begun = await beginPack(folder, repository).catch(async (error: unknown) => {
      const rest = restOf(repository, await now(repository.application), leaveOut)
      if (rest === repository) throw error
      return rest === undefined ? undefined : beginPack(folder, rest)
    })
    if (begun === undefined) continue
    try {
      yield begun.part
    } finally {
      await begun.end()
    }
  }
}

/** Without what is deleted now, and as it is now where it was replaced; undefined where all of it is gone. */
function restOf(
  repository: KnownRepository,
  now: readonly Ref[] | undefined,
  leaveOut: (what: string) => void,
): KnownRepository | undefined {
  const { application, refs } = repository
  if (now === undefined) {
    leaveOut(`repository ${application} is left out: its application was deleted meanwhile`)
    return undefined
  }
  const targets = new Map(now.map(({ name, target }) => [name, target]))
  const changed = refs.filter(({ name, target }) => targets.get(name) !== target)
  if (changed.length === 0) return repository
  for (const { name } of changed) {
    const what = targets.has(name) ? 'as it was pushed meanwhile' : 'left out, since it was deleted meanwhile'
    leaveOut(`repository ${application}: ${name} is ${what}`)
  }
  const rest = refs.map(({ name }) => ({ name, target: targets.get(name) }))
  return { application, refs: rest.filter((ref): ref is Ref => ref.target !== undefined) }
}

interface BegunPack {
  readonly part: RepositoryPart
  /** Ends git, also where nobody has read what it writes. */
  end(): Promise<unknown>
}

/** Waits for the first of what git writes: it has found by then all that is to be packed, or has failed. */
async function beginPack({ git, storage }: Folder, { application, refs }: KnownRepository): Promise<BegunPack> {
  const path = storage.pathOf(application)
  const defaultBranch = await readDefaultBranch(git, path).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  const pack = readable(path, packOf(path, [...new Set(refs.map(({ target }) => target))]))
  const first = await pack.next()
  return {
    part: { kind: 'repository', shape: { application, defaultBranch, refs }, pieces: continued(first, pack) },
    end: () => pack.return(undefined),
  }
}

async function* continued(
  first: IteratorResult<Uint8Array>,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (first.done === true) return
  yield first.value
  yield* rest
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
  // It may have been made and chosen after the moment that the backup is of.
  await followFirstBranch(git, path)
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
