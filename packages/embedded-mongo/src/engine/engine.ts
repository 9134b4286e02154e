import { setMaxListeners } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Cursors, createCursors } from '../cursors/cursors.ts'
import { CommandError } from '../errors.ts'
import { type Clock, startClock } from '../oplog/clock.ts'
import { decodeHead } from '../oplog/entries.ts'
import { createOplog, type Oplog } from '../oplog/oplog.ts'
import { createPinnedSnapshots, type PinnedSnapshots } from '../sessions/pinned-snapshots.ts'
import { createRecentSessions, type RecentSessions } from '../sessions/recent.ts'
import { dropOldRetries } from '../sessions/retries.ts'
import { type Catalogue, loadCatalogue } from '../storage/catalogue.ts'
import { checkDataFile, createDataFile } from '../storage/data-file.ts'
import { checkFormat, flushRemains, writeFormat } from '../storage/format.ts'
import { oplogKey } from '../storage/keys.ts'
import { openStore, type Store } from '../storage/store.ts'
import { createLocks, type Locks } from '../transactions/locks.ts'
import { createTransactions, type Transaction, type Transactions } from '../transactions/transactions.ts'
import { type Commits, createCommits } from './commits.ts'
import { createFailPoints, type FailPoints } from './fail-points.ts'

/** What all commands work on. */
export interface Engine {
  readonly store: Store
  readonly catalogue: Catalogue
  readonly clock: Clock
  readonly commits: Commits
  readonly locks: Locks<Transaction>
  readonly transactions: Transactions
  readonly oplog: Oplog
  readonly cursors: Cursors
  readonly pinned: PinnedSnapshots
  readonly sessions: RecentSessions
  /** Undefined unless the engine was started for tests. */
  readonly failPoints: FailPoints | undefined
  /** What the one node of the replica set calls itself. */
  readonly address: string
  /** The time of day, for what is shown and stored. It may jump. */
  readonly now: () => number
  /** For how long something has lasted: never set, never backwards. */
  readonly elapsedMs: () => number
  /** Aborts when the engine stops, so that nobody waits any longer. */
  readonly stopping: AbortSignal
  /** Ends all waiting; what is being written goes on to its end. */
  interrupt(): void
  close(): Promise<void>
}

export interface EngineSettings {
  readonly directory: string
  readonly address: string
  /** The log of changes is cut at the first of these two limits. */
  readonly oplogBytes: number
  readonly oplogAgeMs: number
  readonly testCommands?: boolean
  readonly now: () => number
  readonly elapsedMs: () => number
}

const tidyEveryMs = 10 * 60_000

const interrupted = (): CommandError =>
  new CommandError('InterruptedAtShutdown', 'The embedded engine is stopping', {
    errorLabels: ['ResumableChangeStreamError'],
  })

const makeStore = async (file: string, onBroken: (error: Error) => void): Promise<void> => {
  const store = openStore(file, onBroken)
  await writeFormat(store)
  await store.close()
}

export const openEngine = async (settings: EngineSettings, onBroken: (error: Error) => void): Promise<Engine> => {
  const { directory, address, now, elapsedMs } = settings
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = join(directory, 'data.lmdb')
  if (existsSync(file)) checkDataFile(file)
  else await createDataFile(file, (unfinished) => makeStore(unfinished, onBroken))
  const store = openStore(file, onBroken)
  try {
    await checkFormat(store)
    await flushRemains(store)
    const snapshot = store.snapshot()
    const clock = startClock(snapshot.time, now)
    const newest = snapshot.view.get(oplogKey(snapshot.time))
    const catalogue = loadCatalogue(snapshot.view)
    snapshot.release()
    const locks = createLocks<Transaction>()
    const commits = createCommits({
      store,
      catalogue,
      clock,
      locks,
      now,
      written: newest ? decodeHead(newest).total : 0n,
    })
    const transactions = createTransactions({ store, commits, locks, catalogue, elapsedMs })
    const oplog = await createOplog({ store, commits, now, bytes: settings.oplogBytes, ageMs: settings.oplogAgeMs })
    const cursors = createCursors({ elapsedMs })
    const pinned = createPinnedSnapshots({ elapsedMs })
    transactions.onEnd((transaction) => cursors.closeWhere((cursor) => cursor.transaction === transaction))
    const stopping = new AbortController()
    // Each connection of a driver's monitor waits for it.
    setMaxListeners(0, stopping.signal)
    let tidied = Promise.resolve()
    const tidying = setInterval(() => {
      // A failed write is one of which the store tells its owner.
      tidied = tidied.then(() => dropOldRetries(store, now())).catch(() => undefined)
    }, tidyEveryMs)
    tidying.unref()
    return {
      store,
      catalogue,
      clock,
      commits,
      locks,
      transactions,
      oplog,
      cursors,
      pinned,
      sessions: createRecentSessions({ now, elapsedMs }),
      failPoints: settings.testCommands ? createFailPoints() : undefined,
      address,
      now,
      elapsedMs,
      stopping: stopping.signal,
      interrupt() {
        stopping.abort()
        cursors.stop(interrupted())
        // Writes that wait for their locks are done then.
        transactions.abortAll()
      },
      async close() {
        clearInterval(tidying)
        cursors.stop(interrupted())
        transactions.stop()
        pinned.stop()
        await Promise.all([oplog.stop(), tidied])
        await store.close()
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}
