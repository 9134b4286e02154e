import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { mongo } from 'mongoose'
import { CommandError } from '../command.ts'
import {
  endRecord,
  firstLinePattern,
  formatVersion,
  lastLineBytes,
  lastLinePattern,
  type Manifest,
  maxFirstLineBytes,
  maxRecordBytes,
} from './format.ts'
import { isSameSum, nameOf, type Part, type Sum, sumOf } from './parts.ts'

/** A backup that has been looked at as a whole. */
export interface BackupFile {
  readonly manifest: Manifest
  /** Its parts, in order, each read to its end before the next one comes. */
  parts(): AsyncGenerator<Part>
}

/**
 * Reads a backup from its beginning to its end, without keeping it, and compares it with what it says of itself. Throws
 * for one that is not whole, not one, or of a newer format.
 */
export async function openBackupFile(path: string): Promise<BackupFile> {
  const body = await bodyOf(path)
  let manifest: Manifest | undefined
  const found = new Map<string, Sum>()
  try {
    for await (const part of partsOf(path, body)) {
      if (part.kind === 'manifest') manifest = part.manifest
      else {
        found.set(nameOf(part), await sumOf(part.pieces))
      }
    }
  } catch (error) {
    throw error instanceof CommandError ? error : damaged(path, error)
  }
  if (manifest === undefined) throw damaged(path)
  for (const [name, sum] of expectedSums(manifest)) {
    const other = found.get(name)
    if (other === undefined || !isSameSum(sum, other)) throw damaged(path)
    found.delete(name)
  }
  if (found.size > 0) throw damaged(path)
  return {
    manifest,
    async *parts() {
      for await (const part of partsOf(path, body)) if (part.kind !== 'manifest') yield part
    },
  }
}

/** What its parts are to come to, by their names. */
export function expectedSums({ collections, repositories = [] }: Manifest): [string, Sum][] {
  return [
    ...collections.map((one): [string, Sum] => [one.name, one]),
    ...repositories.map((one): [string, Sum] => [`repository ${one.application}`, one]),
  ]
}

/** Where in the file what is compressed begins and ends. */
interface Body {
  readonly start: number
  /** Of its last byte. */
  readonly end: number
}

/** Looks at the first line, and whether the last one has the hash of all before it. */
async function bodyOf(path: string): Promise<Body> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw new CommandError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, error)
  })
  try {
    const { size } = await handle.stat()
    const textAt = async (position: number, length: number): Promise<string> => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position)
      return buffer.toString('latin1', 0, bytesRead)
    }
    const [line, version] = firstLinePattern.exec(await textAt(0, maxFirstLineBytes)) ?? []
    if (line === undefined) throw new CommandError(`${path} is no backup of Rolecall.`)
    if (Number(version) > formatVersion) {
      throw new CommandError(
        `${path} is of format ${version}, and this Rolecall reads formats up to ${formatVersion}. Restore it with the newer Rolecall.`,
      )
    }
    const end = size - lastLineBytes - 1
    if (end < line.length) throw damaged(path)
    const [, sha256] = lastLinePattern.exec(await textAt(end + 1, lastLineBytes)) ?? []
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(path, { end })) hash.update(chunk)
    if (sha256 !== hash.digest('hex')) throw damaged(path)
    return { start: line.length, end }
  } finally {
    await handle.close()
  }
}

async function* recordsOf(path: string, { start, end }: Body): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 })
  // What fails ends the iteration below with its error.
  pipeline(createReadStream(path, { start, end }), gunzip, () => undefined)
  let waiting: Buffer[] = []
  let bytes = 0
  /** Of the record that waits for its end, once its length is known. */
  let wanted = 4
  for await (const chunk of gunzip as AsyncIterable<Buffer>) {
    waiting.push(chunk)
    bytes += chunk.length
    if (bytes < wanted) continue
    let rest = Buffer.concat(waiting)
    for (wanted = lengthOf(rest); wanted <= rest.length; wanted = lengthOf(rest)) {
      yield rest.subarray(0, wanted)
      rest = rest.subarray(wanted)
    }
    waiting = [rest]
    bytes = rest.length
  }
  if (bytes > 0) throw new Error('it ends in the middle of a record')
}

/** What a record needs that begins here. */
function lengthOf(bytes: Buffer): number {
  if (bytes.length < 4) return 4
  const length = bytes.readInt32LE(0)
  if (length < 5 || length > maxRecordBytes) throw new Error('there is no record where one should be')
  return length
}

type FilePart = Part | { readonly kind: 'manifest'; readonly manifest: Manifest }

async function* partsOf(path: string, body: Body): AsyncGenerator<FilePart> {
  const records = recordsOf(path, body)
  try {
    for (let next = await records.next(); !next.done; next = await records.next()) {
      // As `make.ts` wrote it: the hash of the file has been compared.
      const { kind, shape, manifest } = mongo.BSON.deserialize(next.value) as FilePart & {
        shape: never
        manifest: Manifest
      }
      if (kind === 'manifest') yield { kind, manifest }
      else if (kind === 'collection') yield { kind, shape, pieces: piecesOf(records, (record) => record) }
      else if (kind === 'repository') yield { kind, shape, pieces: piecesOf(records, packPiece) }
      else throw new Error('there is a part of an unknown kind')
    }
  } finally {
    await records.return(undefined)
  }
}

async function* piecesOf(records: AsyncGenerator<Buffer>, read: (record: Buffer) => Uint8Array) {
  for (let next = await records.next(); !next.done; next = await records.next()) {
    if (next.value.length === endRecord.length) return
    yield read(next.value)
  }
  throw new Error('it ends in the middle of a part')
}

function packPiece(record: Buffer): Uint8Array {
  const { piece } = mongo.BSON.deserialize(record, { promoteBuffers: true })
  if (!(piece instanceof Uint8Array)) throw new Error('there is no piece of a repository where one should be')
  return piece
}

const damaged = (path: string, cause?: unknown): CommandError =>
  new CommandError(`${path} is damaged or not whole: nothing was restored.`, cause)
