import { type Connection, mongo } from 'mongoose'
import type { Config } from '../config.ts'
import { refuseUnfinished } from '../database/unfinished.ts'
import { endRecord, type Manifest } from './format.ts'
import { createSumming, nameOf, type Part, type Sum, summed } from './parts.ts'
import { branchesNow, knownRepositories, repositoryParts } from './repositories.ts'
import { checkKey, describeKey } from './secret-key.ts'
import { type DatabaseSnapshot, withSnapshot } from './snapshot.ts'
import { writeBackupFile } from './write-file.ts'

export interface BackupRequest {
  readonly config: Pick<Config, 'dataDir' | 'repositoriesDir' | 'secretKey'>
  readonly connection: Connection
  /** Where the data are, for people. */
  readonly location: string
  readonly path: string
  readonly withoutRepositories: boolean
  readonly at: Date
  readonly onPart: (name: string, sum: Sum) => void
  /** Hears, for people, what of repositories was deleted or replaced before it was packed. */
  readonly onLeftOut: (what: string) => void
}

/** Writes an installation into a file, as it is at one moment. Answers the file’s size in bytes. */
export async function makeBackup(request: BackupRequest): Promise<number> {
  const { config, connection, path, withoutRepositories } = request
  await refuseUnfinished(connection)
  const key = describeKey(config)
  return withSnapshot(connection, async (snapshot) => {
    await checkKey(snapshot, config)
    const now = branchesNow(connection)
    const repositories = withoutRepositories ? undefined : await knownRepositories(snapshot, config, now)
    const leftOut: string[] = []
    const leaveOut = (what: string) => {
      leftOut.push(what)
      request.onLeftOut(what)
    }
    const packed = repositories && repositoryParts(repositories.folder, repositories.known, now, leaveOut)
    const manifest = { createdAt: request.at, location: request.location, ...key, leftOut }
    return writeBackupFile(path, recordsOf(partsOf(snapshot, packed), manifest, request))
  })
}

async function* recordsOf(
  parts: AsyncIterable<Part>,
  about: Omit<Manifest, 'collections' | 'repositories'>,
  { withoutRepositories, onPart }: Pick<BackupRequest, 'withoutRepositories' | 'onPart'>,
): AsyncGenerator<Uint8Array> {
  const collections: Manifest['collections'][number][] = []
  const repositories: NonNullable<Manifest['repositories']>[number][] = []
  for await (const part of parts) {
    const summing = createSumming()
    yield mongo.BSON.serialize({ kind: part.kind, shape: part.shape })
    for await (const piece of summed(part.pieces, summing)) {
      yield part.kind === 'collection' ? piece : mongo.BSON.serialize({ piece: new mongo.Binary(piece) })
    }
    yield endRecord
    const sum = summing.sum()
    if (part.kind === 'collection') collections.push({ name: part.shape.name, ...sum })
    else repositories.push({ application: part.shape.application, ...sum })
    onPart(nameOf(part), sum)
  }
  const manifest: Manifest = { ...about, collections, ...(withoutRepositories ? {} : { repositories }) }
  yield mongo.BSON.serialize({ kind: 'manifest', manifest })
}

async function* partsOf(
  snapshot: DatabaseSnapshot,
  repositories: AsyncIterable<Part> | undefined,
): AsyncGenerator<Part> {
  for (const shape of snapshot.collections) yield snapshot.part(shape)
  if (repositories !== undefined) yield* repositories
}
