import { createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, type FileHandle, link, open, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { CommandError } from '../command.ts'
import { firstLine, lastLine } from './format.ts'

const chunkBytes = 64 * 1024

/** Writes records into a new file; what is left of a run that was killed ends in `.partial`. Answers its size in bytes. */
export async function writeBackupFile(path: string, records: AsyncIterable<Uint8Array>): Promise<number> {
  return writeNew(path, (file) =>
    pipeline(
      Readable.from(chunked(records), { objectMode: false, highWaterMark: chunkBytes }),
      createGzip(),
      framed(),
      (bytes: AsyncIterable<Buffer>) => writeFile(file, bytes),
    ),
  )
}

/** Makes a file that only its owner can read. It bears its name once it is whole and on the disk. Answers its bytes. */
export async function writeNew(path: string, write: (file: FileHandle) => Promise<void>): Promise<number> {
  const partial = `${path}.${randomBytes(4).toString('hex')}.partial`
  const file = await open(partial, 'wx', 0o600)
  try {
    const size = await written(file, write)
    await giveName(partial, path)
    await syncFolder(dirname(path))
    return size
  } finally {
    await rm(partial, { force: true })
  }
}

async function written(file: FileHandle, write: (file: FileHandle) => Promise<void>): Promise<number> {
  try {
    await write(file)
    await file.sync()
    return (await file.stat()).size
  } finally {
    await file.close()
  }
}

/** Not by renaming, which would replace a file that has appeared meanwhile. */
async function giveName(partial: string, path: string): Promise<void> {
  try {
    await link(partial, path)
  } catch (error) {
    if (isPresent(error)) throw present(path, error)
    await copy(partial, path)
  }
}

/** For what has no links: FAT, and some networks. */
async function copy(partial: string, path: string): Promise<void> {
  await copyFile(partial, path, constants.COPYFILE_EXCL).catch((error: unknown) => {
    throw isPresent(error) ? present(path, error) : error
  })
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Small records together: each piece goes through the streams by itself. */
async function* chunked(records: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = []
  let bytes = 0
  for await (const record of records) {
    waiting.push(record)
    bytes += record.length
    if (bytes < chunkBytes) continue
    yield Buffer.concat(waiting)
    waiting = []
    bytes = 0
  }
  if (bytes > 0) yield Buffer.concat(waiting)
}

/** Puts the first line before what passes, and the last line after it. */
function framed(): Transform {
  const hash = createHash('sha256')
  const first = firstLine()
  hash.update(first)
  let isBegun = false
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (!isBegun) this.push(first)
      isBegun = true
      hash.update(chunk)
      done(null, chunk)
    },
    flush(done) {
      done(null, lastLine(hash.digest('hex')))
    },
  })
}

/** The name, too, is to outlast a power failure. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const isPresent = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST'

const present = (path: string, cause: unknown): CommandError =>
  new CommandError(`${path} is there already, and was left as it is.`, cause)
