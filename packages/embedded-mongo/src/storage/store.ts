import { Buffer } from 'node:buffer'
import { type Database, open, type RootDatabase, type Transaction } from 'lmdb'
import { CommandError } from '../errors.ts'
import { failureOf, isLackOfSpace, outOfSpace } from './disk-failures.ts'
import { after, allOplog, timeOf } from './keys.ts'
import type { Entry, Range, View } from './view.ts'

type Lmdb = RootDatabase<Uint8Array, Buffer>

/** What was committed at one moment. It holds disk pages until it is released. */
export interface Snapshot {
  readonly view: View
  /** The newest oplog time that is inside. Never the clock's: a commit may lie between the two. */
  readonly time: bigint
  release(): void
}

/** What a write sees and changes: everything committed and everything staged by earlier writes of the same group. */
export interface WriteTransaction extends View {
  put(key: Buffer, value: Uint8Array): void
  remove(key: Buffer): void
  /** The time of the newest commit before it, or of what is staged. */
  newestTime(): bigint
}

export interface Store {
  snapshot(): Snapshot
  readonly openSnapshots: number
  /**
   * Runs the callback in the next write transaction; several callbacks share one commit. Resolves after the flush.
   * The callback must not throw once it has put something: lmdb would keep that.
   * @throws OutOfDiskSpace if the disk is full: then nothing of the commit was written, and one may try again
   */
  write<T>(run: (transaction: WriteTransaction) => T): Promise<T>
  close(): Promise<void>
}

const maxSnapshots = 2_000

type Failure = { readonly failure: unknown }
type Outcome<T> = { readonly result: T } | Failure

/**
 * `onBroken` hears of a failure after which the file may hold half of a change: a put that failed, or a flush that
 * did. The process must stop then; what was flushed before is whole.
 */
export const openStore = (
  file: string,
  onBroken: (error: Error) => void,
  { isReadOnly = false }: { isReadOnly?: boolean } = {},
): Store => {
  // `overlappingSync` and the flush flags stay at their defaults: with these `transaction()` resolves after the flush.
  const db: Lmdb = open<Uint8Array, Buffer>({
    path: file,
    noSubdir: true,
    keyEncoding: 'binary',
    encoding: 'binary',
    cache: false,
    maxReaders: maxSnapshots + 100,
    pageSize: 4096,
    readOnly: isReadOnly,
  })
  // Slots of processes that were killed.
  db.readerCheck()
  let openSnapshots = 0
  let broken: Error | undefined
  let isClosed = false
  /** Resolves once it is known of what each commit that failed has failed. */
  let judging: Promise<void> = Promise.resolve()

  const breakDown = (error: unknown): Error => {
    broken ??= error instanceof Error ? error : new Error(String(error))
    onBroken(broken)
    return broken
  }

  /**
   * lmdb shows a commit before it flushes it: what failed earlier left nothing. The number of a commit that came to
   * nothing is given out again, so that in a rare race this says yes for no reason, and the engine stops for less.
   */
  const isVisible = (id: number): boolean => (db.getStats() as { lastTxnId: number }).lastTxnId >= id

  /** 0 in an empty store. Reads the key alone: the entry of a large commit has megabytes. */
  const newestTime = (transaction?: Transaction): bigint => {
    const range = { ...lmdbRange({ start: allOplog, end: after(allOplog), reverse: true }), limit: 1 }
    for (const key of db.getKeys(transaction ? { ...range, transaction } : range)) return timeOf(key)
    return 0n
  }

  const writing: WriteTransaction = {
    newestTime,
    get: (key) => db.get(key),
    range: (range) => db.getRange(lmdbRange(range)),
    put(key, value) {
      try {
        db.putSync(key, value)
      } catch (error) {
        throw breakDown(error)
      }
    },
    remove(key) {
      try {
        db.removeSync(key)
      } catch (error) {
        throw breakDown(error)
      }
    },
  }

  const checkIsWhole = (): void => {
    if (broken) throw broken
  }

  /** lmdb does not look itself: the process would end. */
  const checkIsOpen = (): void => {
    if (isClosed) throw new CommandError('InterruptedAtShutdown', 'The embedded engine has stopped')
  }

  const judge = async (error: unknown, id: number): Promise<Error> => {
    const failure = await failureOf(error)
    return isLackOfSpace(failure) && !isVisible(id) && !broken ? outOfSpace(failure) : breakDown(failure)
  }

  return {
    snapshot() {
      checkIsOpen()
      if (openSnapshots >= maxSnapshots) {
        throw new CommandError('ExceededMemoryLimit', 'Too many open cursors and transactions for the embedded engine')
      }
      // lmdb-js renews its shared read transaction only once in a millisecond: without the reset a client could miss
      // what it has just been told is written.
      db.resetReadTxn()
      const transaction = db.useReadTransaction()
      openSnapshots += 1
      const range = (wanted: Range): Iterable<Entry> => db.getRange({ ...lmdbRange(wanted), transaction })
      const view: View = {
        range,
        // `db.get` would answer from a write transaction that happens to run in this tick; ranges do not.
        get(key) {
          for (const entry of range({ start: key, end: Buffer.concat([key, zero]) })) return entry.value
          return undefined
        },
      }
      let isOpen = true
      return {
        view,
        time: newestTime(transaction),
        release() {
          if (!isOpen) return
          isOpen = false
          openSnapshots -= 1
          transaction.done()
        },
      }
    },
    get openSnapshots() {
      return openSnapshots
    },
    async write(run) {
      checkIsOpen()
      checkIsWhole()
      let outcome: Outcome<ReturnType<typeof run>> | undefined
      let id = 0
      try {
        await db.transaction(() => {
          id = db.getWriteTxnId()
          try {
            outcome = { result: run(writing) }
          } catch (failure) {
            outcome = { failure }
          }
        })
      } catch (error) {
        const judged = judge(error, id)
        const earlier = judging
        judging = judged.then(
          () => earlier,
          () => earlier,
        )
        throw await judged
      }
      // A commit before it may have failed, and of what comes a moment later.
      await judging
      // After a flush that failed the next one succeeds on Linux, and yet proves nothing.
      checkIsWhole()
      if (outcome === undefined) throw breakDown(new Error('The write transaction did not run'))
      if (isFailure(outcome)) throw outcome.failure
      return outcome.result
    },
    close() {
      isClosed = true
      return db.close()
    },
  }
}

const zero = Buffer.from([0])

const isFailure = <T>(outcome: Outcome<T>): outcome is Failure => 'failure' in outcome

/** lmdb's range in reverse begins at the high end, and includes it unless told otherwise. */
const lmdbRange = ({ start, end, reverse }: Range): Parameters<Database<Uint8Array, Buffer>['getRange']>[0] =>
  reverse ? { start: end, end: start, reverse: true, exclusiveStart: true, inclusiveEnd: true } : { start, end }
