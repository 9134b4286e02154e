import { Buffer } from 'node:buffer'
import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, readSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { faultInTree, type PageFile, type Tree } from './pages.ts'

/** One of the file's three descriptions of itself: two for commits in turn, one for the newest that was flushed. */
interface Head {
  readonly pageBytes: number
  readonly free: Tree
  readonly main: Tree
  readonly lastPage: bigint
  readonly transaction: bigint
  readonly boot: bigint
}

const magic = 0xbeefc0de
const version = 2
const headBytes = 168
const minPageBytes = 512
const maxPageBytes = 65_536
/** Enough for the upper pages of a large tree, and read in a moment. */
const quickPages = 256

/** lmdb's layout on machines of 64 bits; on others the file is not looked at before lmdb opens it. */
const isKnownLayout = process.arch === 'x64' || process.arch === 'arm64'

/**
 * Refuses a file that is cut off or damaged, before lmdb maps it into memory and before anything is written. Looks at
 * the upper pages, at all if the file is shorter than it says of itself, or if told to.
 * @throws an Error that says what is wrong; the file is as it was
 */
export const checkDataFile = (path: string, { whole = false }: { whole?: boolean } = {}): void => {
  if (!isKnownLayout) return
  const fault = faultInFile(path, whole)
  if (fault) {
    throw new Error(
      `${path} is damaged: ${fault}. Nothing was changed. Restore a backup, or move the file away to begin anew.`,
    )
  }
}

const faultInFile = (path: string, whole: boolean): string | undefined => {
  const handle = openSync(path, 'r')
  try {
    const { size } = fstatSync(handle)
    const heads = readHeads(handle)
    if (typeof heads === 'string') return heads
    for (const head of heads) {
      const { pageBytes, lastPage, transaction } = head
      const pages = BigInt(Math.floor(size / pageBytes))
      const read = (page: bigint): Buffer => readAt(handle, Number(page) * pageBytes, pageBytes)
      const file: PageFile = { pageBytes, pages, lastPage, transaction, read }
      // lmdb does not write pages at the end that a commit took and gave back: a short file may be whole.
      const maxPages = whole || pages <= lastPage ? Number.POSITIVE_INFINITY : quickPages
      const fault = faultInTree(file, head.main, maxPages) ?? faultInTree(file, head.free, maxPages)
      if (fault) return fault
    }
    return undefined
  } finally {
    closeSync(handle)
  }
}

/** The states that lmdb may go on from: the newest one, or after a restart of the machine the newest flushed one. */
const readHeads = (handle: number): Head[] | string => {
  const start = readAt(handle, 0, headBytes)
  const pageBytes = start.length === headBytes ? start.readUInt32LE(48) : 0
  if (start.length < headBytes || start.readUInt32LE(24) !== magic) return 'it is not one of this engine, or is empty'
  if (start.readUInt32LE(28) !== version) return `it is in lmdb's format ${start.readUInt32LE(28)}, not ${version}`
  if (pageBytes < minPageBytes || pageBytes > maxPageBytes || (pageBytes & (pageBytes - 1)) !== 0) {
    return `its pages have ${pageBytes} bytes`
  }
  const second = readAt(handle, pageBytes, headBytes)
  if (second.length < headBytes) return 'it is cut off'
  if (second.readUInt32LE(24) !== magic || second.readUInt32LE(48) !== pageBytes) return 'its second head is not one'
  const [even, odd, flushed] = [start, second, readAt(handle, pageBytes / 2, headBytes)].map(readHead)
  if (!even || !odd || !flushed) return 'it is cut off'
  const newest = even.transaction > odd.transaction ? even : odd
  const isOfThisBoot = newest.boot === bootId()
  if (!areTimesPossible(even.transaction, odd.transaction, flushed.transaction, isOfThisBoot)) {
    return `its heads are of the commits ${even.transaction}, ${odd.transaction} and ${flushed.transaction}`
  }
  // A file in which nothing was ever written.
  if (newest.transaction === 0n) return []
  if (flushed.transaction === 0n) return [newest]
  return isOfThisBoot ? [newest, { ...flushed, pageBytes }] : [{ ...flushed, pageBytes }]
}

/** Commits write their number into two heads in turn; those of a machine that went down may be missing. */
const areTimesPossible = (even: bigint, odd: bigint, flushed: bigint, isOfThisBoot: boolean): boolean => {
  const [older, newer] = even > odd ? [odd, even] : [even, odd]
  const isInTurn = even % 2n === 0n && (odd % 2n === 1n || odd === 0n)
  return isInTurn && flushed <= newer && (!isOfThisBoot || newer - older <= 1n)
}

const readHead = (bytes: Buffer): Head => ({
  pageBytes: bytes.readUInt32LE(48),
  free: readTree(bytes, 48),
  main: readTree(bytes, 96),
  lastPage: bytes.readBigUInt64LE(144),
  transaction: bytes.readBigUInt64LE(152),
  boot: bytes.readBigInt64LE(160),
})

const readTree = (bytes: Buffer, place: number): Tree => ({
  depth: bytes.readUInt16LE(place + 6),
  branchPages: bytes.readBigUInt64LE(place + 8),
  leafPages: bytes.readBigUInt64LE(place + 16),
  overflowPages: bytes.readBigUInt64LE(place + 24),
  entries: bytes.readBigUInt64LE(place + 32),
  root: bytes.readBigUInt64LE(place + 40),
})

/** As lmdb-js reads it: while the machine runs, what was written and not flushed is there all the same. */
const bootId = (): bigint | undefined => {
  if (process.platform !== 'linux') return undefined
  try {
    return BigInt(`0x${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8)}`)
  } catch {
    // Not every container shows it, and lmdb-js does without it too.
    return undefined
  }
}

const readAt = (handle: number, place: number, length: number): Buffer => {
  const bytes = Buffer.alloc(length)
  return bytes.subarray(0, readSync(handle, bytes, 0, length, place))
}

/**
 * Makes the file under another name and gives it its own when it is on the disk, so that a file of that name is never
 * one that a crash left unfinished.
 */
export const createDataFile = async (path: string, fill: (path: string) => Promise<void>): Promise<void> => {
  const unfinished = `${path}.new`
  const remove = (): void => {
    for (const name of [unfinished, `${unfinished}-lock`]) rmSync(name, { force: true })
  }
  remove()
  await fill(unfinished)
  renameSync(unfinished, path)
  remove()
  if (process.platform !== 'win32') flushDirectory(dirname(path))
}

const flushDirectory = (directory: string): void => {
  const handle = openSync(directory, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
