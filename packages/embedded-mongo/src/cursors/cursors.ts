import { randomBytes } from 'node:crypto'
import { CommandError } from '../errors.ts'
import type { Doc } from '../values/doc.ts'

/** As in MongoDB: a cursor that nobody asks for more is closed. Until then it holds its snapshot. */
const idleMs = 10 * 60_000
/** Each may hold a snapshot, of which lmdb has a fixed number. */
const maxCursors = 1_000

export interface CursorBatch {
  readonly documents: readonly Uint8Array[]
  readonly isExhausted: boolean
  readonly postBatchResumeToken?: Doc
}

/** What a cursor reads from: a query's result or a change stream. */
export interface CursorSource {
  /** `timeoutMs` is how long a change stream may wait; undefined if the client named none. */
  next(limits: BatchLimits & { timeoutMs: number | undefined; signal: AbortSignal }): CursorBatch | Promise<CursorBatch>
  close(): void
}

export interface BatchLimits {
  readonly count: number
  readonly bytes: number
}

export interface Cursor {
  readonly id: bigint
  readonly namespace: string
  readonly session: string | undefined
  /** The transaction in which the cursor lives and ends. */
  readonly transaction: object | undefined
  readonly source: CursorSource
  readonly isTailable: boolean
  isInUse: boolean
  lastUsed: number
  readonly closed: AbortController
}

export interface Cursors {
  open(wanted: Pick<Cursor, 'namespace' | 'session' | 'transaction' | 'source' | 'isTailable'>): Cursor
  find(id: bigint, namespace: string): Cursor
  /** False too if there is no such cursor. */
  isTailable(id: bigint): boolean
  /** False if there is no such cursor. */
  close(id: bigint, namespace?: string): boolean
  closeWhere(isMeant: (cursor: Cursor) => boolean): void
  /** Closes what nobody has asked for a long time. Runs by itself now and then. */
  reap(): void
  /** Closes all; who waits for one hears why. */
  stop(reason: CommandError): void
  readonly size: number
}

export const createCursors = ({ elapsedMs }: { elapsedMs: () => number }): Cursors => {
  const cursors = new Map<bigint, Cursor>()

  const close = (
    cursor: Cursor,
    reason = new CommandError('CursorKilled', `cursor id ${cursor.id} was killed`),
  ): void => {
    cursors.delete(cursor.id)
    cursor.closed.abort(reason)
    cursor.source.close()
  }

  const reap = (): void => {
    const time = elapsedMs()
    for (const cursor of cursors.values()) {
      if (!cursor.isInUse && time - cursor.lastUsed > idleMs) close(cursor)
    }
  }
  const reaper = setInterval(reap, 10_000)
  reaper.unref()

  return {
    open(wanted) {
      if (cursors.size >= maxCursors) {
        wanted.source.close()
        throw new CommandError('ExceededMemoryLimit', `The embedded engine has at most ${maxCursors} open cursors`)
      }
      const cursor: Cursor = {
        ...wanted,
        id: newId(),
        isInUse: false,
        lastUsed: elapsedMs(),
        closed: new AbortController(),
      }
      cursors.set(cursor.id, cursor)
      return cursor
    },
    isTailable: (id) => cursors.get(id)?.isTailable === true,
    find(id, namespace) {
      const cursor = cursors.get(id)
      if (!cursor) throw new CommandError('CursorNotFound', `cursor id ${id} not found`)
      if (cursor.namespace !== namespace) {
        throw new CommandError(
          'Unauthorized',
          `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
        )
      }
      return cursor
    },
    close(id, namespace) {
      const cursor = cursors.get(id)
      if (!cursor || (namespace !== undefined && cursor.namespace !== namespace)) return false
      close(cursor)
      return true
    },
    closeWhere(isMeant) {
      for (const cursor of [...cursors.values()]) if (isMeant(cursor)) close(cursor)
    },
    reap,
    stop(reason) {
      clearInterval(reaper)
      for (const cursor of [...cursors.values()]) close(cursor, reason)
    },
    get size() {
      return cursors.size
    },
  }
}

/** Random, so that a cursor of a former run of the engine is not mistaken for one of this. */
const newId = (): bigint => (randomBytes(8).readBigUInt64BE() & 0x7fffffffffffffffn) | 1n

/** Takes documents one by one, and one ahead so that the last batch is known to be the last. */
export const queryCursor = (documents: Iterable<Uint8Array>, release: () => void): CursorSource => {
  const iterator = documents[Symbol.iterator]()
  let ahead: Uint8Array | undefined
  let isOver = false
  const close = (): void => {
    if (isOver) return
    isOver = true
    iterator.return?.()
    release()
  }
  const take = (): Uint8Array | undefined => {
    if (ahead) {
      const document = ahead
      ahead = undefined
      return document
    }
    if (isOver) return undefined
    const { done, value } = iterator.next()
    if (!done) return value
    close()
    return undefined
  }
  return {
    next({ count, bytes }) {
      const batch: Uint8Array[] = []
      let size = 0
      while (batch.length < count) {
        const document = take()
        if (!document) break
        if (batch.length > 0 && size + document.length > bytes) {
          ahead = document
          break
        }
        batch.push(document)
        size += document.length + 16
      }
      // MongoDB, too, looks ahead only within a batch that it could not fill.
      if (!ahead && !isOver && count > 0) ahead = take()
      return { documents: batch, isExhausted: isOver && !ahead }
    },
    close,
  }
}
