import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { link, open, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { CommandError } from '../command.ts'
import { firstLine, lastLine } from './format.ts'

const chunkBytes = 64 * 1024

/**
 * Writes records into a new file that only its owner can read. It bears its name once it is whole and on the disk; what
 * is left of a run that was killed ends in `.partial`. Answers its size in bytes.
 */
export async function writeBackupFile(path: string, records: AsyncIterable<Uint8Array>): Promise<number> {
  const partial = `${path}.${process.pid}.partial`
  try {
    await pipeline(
      Readable.from(chunked(records), { objectMode: false, highWaterMark: chunkBytes }),
      createGzip(),
      framed(),
      createWriteStream(partial, { flags: 'wx', mode: 0o600, flush: true }),
    )
    const { size } = await stat(partial)
    // Not by renaming, which would replace a file that has appeared meanwhile.
    await link(partial, path).catch((error: unknown) => {
      throw isPresent(error) ? new CommandError(`${path} is there already, and was left as it is.`) : error
    })
    await syncFolder(dirname(path))
    return size
  } finally {
    await rm(partial, { force: true })
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
