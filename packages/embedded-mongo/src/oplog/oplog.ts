import { Buffer } from 'node:buffer'
import type { Commits } from '../engine/commits.ts'
import { allOplog, metaKey, oplogKey, timeOf } from '../storage/keys.ts'
import type { Store } from '../storage/store.ts'
import { decodeEntry, decodeHead, type Entry } from './entries.ts'

const pageEntries = 500
const pageBytes = 4 * 1024 * 1024
const trimEveryMs = 60_000
const trimBatch = 500

export interface Oplog {
  /** The entries after a time, oldest first, as many as make a page; only what is on the disk. */
  after(time: bigint): readonly Entry[]
  entryAt(time: bigint): Entry | undefined
  /** What lies after this time is all there; what lies before may have been cut. */
  readonly completeAfter: bigint
  /** Resolves when something after the time is on the disk, at the timeout, or when the signal aborts. */
  wait(time: bigint, timeoutMs: number, signal: AbortSignal): Promise<void>
  /** Cuts what is over the limits. Runs by itself now and then. */
  trim(): Promise<void>
  stop(): Promise<void>
}

export const createOplog = async ({
  store,
  commits,
  now,
  bytes: maxBytes,
  ageMs,
}: {
  store: Store
  commits: Commits
  now: () => number
  bytes: number
  ageMs: number
}): Promise<Oplog> => {
  const trimmedKey = metaKey('oplogTrimmed')
  let completeAfter = readTrimmed(store, trimmedKey)
  // The newest page, decoded once for all streams: it holds everything after `recentAfter` up to its last entry.
  let recent: Entry[] = []
  let recentAfter = -1n
  let recentBytes = 0

  const saveTrimmed = (time: bigint): Buffer => {
    const value = Buffer.alloc(8)
    value.writeBigUInt64BE(time)
    return value
  }

  if (commits.durable === 0n) {
    // The log is never empty: its first entry is the time that the store came into being.
    const { time } = await commits.run((commit) => {
      commit.record({ kind: 'other', db: '', collection: '' })
      commit.transaction.put(trimmedKey, saveTrimmed(commit.time()))
    })
    completeAfter = time
  }

  const read = (time: bigint): Entry[] => {
    const end = commits.durable
    const snapshot = store.snapshot()
    try {
      const entries: Entry[] = []
      let size = 0
      const range = { start: oplogKey(time + 1n), end: oplogKey(end + 1n) }
      for (const { key, value } of snapshot.view.range(range)) {
        entries.push(decodeEntry(timeOf(key), value))
        size += value.length
        if (entries.length >= pageEntries || size >= pageBytes) break
      }
      return entries
    } finally {
      snapshot.release()
    }
  }

  /** Searched from the end: whoever follows asks for the last few, at every commit. */
  const recentSince = (time: bigint): Entry[] => recent.slice(recent.findLastIndex((entry) => entry.time <= time) + 1)

  /** Down to one page, but only once there are two. */
  const forgetOldest = (): void => {
    if (recent.length <= 2 * pageEntries && recentBytes <= 2 * pageBytes) return
    let size = 0
    let kept = recent.length
    for (; kept > 0 && recent.length - kept < pageEntries && size < pageBytes; kept -= 1) {
      size += weightOf(recent.slice(kept - 1, kept))
    }
    if (kept > 0) recentAfter = recent[kept - 1]?.time ?? recentAfter
    recent = recent.slice(kept)
    recentBytes = size
  }

  const trim = async (): Promise<void> => {
    for (;;) {
      let removed = 0
      await store.write((transaction) => {
        const newest = transaction.get(oplogKey(commits.durable))
        if (!newest) return
        const { total } = decodeHead(newest)
        const tooOld = now() - ageMs
        const doomed: Buffer[] = []
        // The newest entry stays: its time is the clock's.
        for (const { key, value } of transaction.range({ start: allOplog, end: oplogKey(commits.durable) })) {
          const head = decodeHead(value)
          if (total - head.total < BigInt(maxBytes) && head.wall.getTime() > tooOld) break
          doomed.push(Buffer.from(key))
          if (doomed.length === trimBatch) break
        }
        removed = doomed.length
        const newestDoomed = doomed.at(-1)
        if (!newestDoomed) return
        // Known before it can be seen: the commit is visible before it is flushed, and a stream must not read over a gap.
        completeAfter = timeOf(newestDoomed)
        for (const key of doomed) transaction.remove(key)
        transaction.put(trimmedKey, saveTrimmed(completeAfter))
      })
      if (removed < trimBatch) return
    }
  }

  let trimming: Promise<void> = Promise.resolve()
  let written = 0n
  const trimLater = (): void => {
    // A failed trim is a failed write, of which the store tells its owner.
    trimming = trimming.then(trim).catch(() => undefined)
  }
  const timer = setInterval(trimLater, trimEveryMs)
  timer.unref()
  const stopCounting = commits.onDurable(() => {
    if (commits.total - written < BigInt(maxBytes) / 32n) return
    written = commits.total
    trimLater()
  })

  return {
    after(time) {
      const last = recent.at(-1)?.time ?? recentAfter
      if (time < recentAfter || time > last) {
        const page = read(time)
        const end = page.at(-1)
        if (!end || end.time === commits.durable) {
          recent = page
          recentBytes = weightOf(page)
          recentAfter = time
        }
        return page
      }
      if (last < commits.durable) {
        const page = read(last)
        recent.push(...page)
        recentBytes += weightOf(page)
        const wanted = recentSince(time)
        forgetOldest()
        return wanted
      }
      return recentSince(time)
    },
    entryAt(time) {
      const snapshot = store.snapshot()
      const value = snapshot.view.get(oplogKey(time))
      snapshot.release()
      return value && decodeEntry(time, value)
    },
    get completeAfter() {
      return completeAfter
    },
    wait(time, timeoutMs, signal) {
      if (commits.durable > time || signal.aborted || timeoutMs <= 0) return Promise.resolve()
      return new Promise((resolve) => {
        const settle = (): void => {
          clearTimeout(timeout)
          stop()
          signal.removeEventListener('abort', settle)
          resolve()
        }
        const timeout = setTimeout(settle, timeoutMs)
        const stop = commits.onDurable((reached) => {
          if (reached > time) settle()
        })
        signal.addEventListener('abort', settle)
      })
    },
    trim,
    async stop() {
      clearInterval(timer)
      stopCounting()
      await trimming
    },
  }
}

const weightOf = (entries: readonly Entry[]): number =>
  entries
    .flatMap(({ operations }) => operations)
    .reduce((sum, { document, description }) => sum + 200 + (document?.length ?? 0) + (description?.length ?? 0), 0)

const readTrimmed = (store: Store, key: Buffer): bigint => {
  const snapshot = store.snapshot()
  const value = snapshot.view.get(key)
  snapshot.release()
  return value ? Buffer.from(value).readBigUInt64BE(0) : 0n
}
