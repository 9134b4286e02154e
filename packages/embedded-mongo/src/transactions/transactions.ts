import { Long } from 'bson'
import type { Commit, Commits } from '../engine/commits.ts'
import { type Deadline, deadlineIn } from '../engine/deadline.ts'
import { type Operation, ofCatalogue } from '../oplog/entries.ts'
import type { Catalogue, Collection } from '../storage/catalogue.ts'
import type { Change } from '../storage/documents.ts'
import type { Snapshot, Store } from '../storage/store.ts'
import { type Overlay, overlayOn } from '../storage/view.ts'
import type { Doc } from '../values/doc.ts'
import { Conflict, type Locks } from './locks.ts'
import * as refusals from './refusals.ts'

/** A transaction whose first command meets somebody's lock has read nothing yet, so it may wait this long. */
const firstWaitMs = 5_000
const lifetimeMs = 60_000
/** A client that lost its connections may come back over new ones and ask for the end of its transaction. */
const abandonedMs = 5_000
const maxStagedBytes = 64 * 1024 * 1024
/** Of all open transactions together. */
const maxAllStagedBytes = 256 * 1024 * 1024
const rememberedMs = 30 * 60_000

export interface Transaction {
  readonly session: string
  readonly lsid: Doc
  readonly number: bigint
  state: 'open' | 'committing' | 'committed' | 'aborted'
  /** What the statements read: opened by the first of them. */
  reading: { readonly snapshot: Snapshot; readonly overlay: Overlay } | undefined
  readonly operations: Operation[]
  readonly claimed: Set<string>
  /** Collections as the transaction met them; at commit they must still be the same. */
  readonly collections: Map<string, Collection>
  /** Collections that it makes: nobody else knows them before its commit. */
  readonly made: Map<string, Collection>
  statements: number
  /** What it holds in memory. */
  stagedBytes: number
  readonly started: number
  readonly connections: Set<object>
  /** When the last of its connections was lost. */
  abandoned: number | undefined
  /** Statements of one transaction run one after the other. */
  tail: Promise<unknown>
  /** The commit that is under way. */
  ending: Promise<bigint> | undefined
  ended: number
  committedAt: bigint
}

export interface Statement {
  readonly change: Change
  readonly time: bigint
}

export interface Transactions {
  begin(session: string, lsid: Doc, number: bigint, connection: object): Transaction
  /** The open transaction that a statement belongs to. */
  find(session: string, number: bigint, connection: object): Transaction
  /** Says that the session goes on with this number outside of transactions: one that is still open is over. */
  goOn(session: string, number: bigint): void
  /** Whether a session has a transaction of this or a later number, and how it ended. */
  latest(session: string): Transaction | undefined
  /** `patience` bounds how long a first statement waits for a lock. */
  statement<T>(transaction: Transaction, run: (statement: Statement) => T | Promise<T>, patience?: Deadline): Promise<T>
  /** As the transaction sees it. Throws if its indexes are newer than the snapshot. */
  collection(transaction: Transaction, namespace: string): Collection | undefined
  /** Makes a collection within the transaction. */
  make(transaction: Transaction, namespace: string, options?: Doc): Collection
  commit(transaction: Transaction, record: (commit: Commit) => void): Promise<bigint>
  abort(transaction: Transaction): void
  abortAll(): void
  forgetSession(session: string): void
  disconnected(connection: object): void
  /** Hears of every end, before the snapshot is given back. */
  onEnd(listener: (transaction: Transaction) => void): void
  stop(): void
}

export const createTransactions = ({
  store,
  commits,
  locks,
  catalogue,
  elapsedMs,
}: {
  store: Store
  commits: Commits
  locks: Locks<Transaction>
  catalogue: Catalogue
  elapsedMs: () => number
}): Transactions => {
  const bySession = new Map<string, Transaction>()
  const open = new Set<Transaction>()
  const endListeners: ((transaction: Transaction) => void)[] = []
  let allStagedBytes = 0

  const weigh = (transaction: Transaction, bytes: number): void => {
    allStagedBytes += bytes - transaction.stagedBytes
    transaction.stagedBytes = bytes
  }

  const checkWeight = ({ stagedBytes }: Transaction): void => {
    if (stagedBytes > maxStagedBytes) throw refusals.tooLarge(maxStagedBytes)
    if (allStagedBytes > maxAllStagedBytes) throw refusals.tooLargeTogether(maxAllStagedBytes)
  }

  const release = (transaction: Transaction): void => {
    weigh(transaction, 0)
    transaction.reading?.snapshot.release()
    transaction.reading = undefined
    transaction.operations.length = 0
    const { claimed } = transaction
    locks.release(claimed)
    claimed.clear()
    transaction.collections.clear()
    transaction.made.clear()
    forgetOldChanges()
  }

  const forgetOldChanges = (): void => {
    let oldest = commits.durable
    for (const { reading } of open) {
      if (reading && reading.snapshot.time < oldest) oldest = reading.snapshot.time
    }
    locks.forget(oldest)
  }
  commits.onDurable(forgetOldChanges)

  const end = (transaction: Transaction, state: 'committed' | 'aborted'): void => {
    transaction.state = state
    transaction.ended = elapsedMs()
    open.delete(transaction)
    for (const listener of endListeners) listener(transaction)
    release(transaction)
  }

  const abort = (transaction: Transaction): void => {
    if (transaction.state === 'open') end(transaction, 'aborted')
  }

  const reap = (): void => {
    const time = elapsedMs()
    for (const transaction of open) {
      const { started, abandoned = Number.POSITIVE_INFINITY } = transaction
      if (time - started >= lifetimeMs || time - abandoned >= abandonedMs) abort(transaction)
    }
    for (const [session, transaction] of bySession) {
      const isOver = transaction.state === 'committed' || transaction.state === 'aborted'
      if (isOver && time - transaction.ended > rememberedMs) bySession.delete(session)
    }
  }
  const reaper = setInterval(reap, 1_000)
  reaper.unref()

  const startReading = (transaction: Transaction): { snapshot: Snapshot; overlay: Overlay } => {
    if (transaction.reading) return transaction.reading
    const snapshot = store.snapshot()
    transaction.reading = { snapshot, overlay: overlayOn(snapshot.view) }
    return transaction.reading
  }

  const changeOf = (transaction: Transaction): Statement => {
    const { snapshot, overlay } = startReading(transaction)
    const { time } = snapshot
    return {
      time,
      change: {
        view: overlay,
        claim(resource) {
          locks.acquire(transaction, time, resource)
          transaction.claimed.add(resource)
        },
        record(operation) {
          weigh(transaction, overlay.bytes)
          checkWeight(transaction)
          transaction.operations.push(operation)
        },
      },
    }
  }

  const runStatement = async <T>(
    transaction: Transaction,
    run: (statement: Statement) => T | Promise<T>,
    patience?: Deadline,
  ): Promise<T> => {
    const deadline = deadlineIn(Math.min(firstWaitMs, patience?.leftMs() ?? firstWaitMs), elapsedMs)
    const isFirst = transaction.statements === 0
    transaction.statements += 1
    for (;;) {
      checkOpen(transaction)
      try {
        return await run(changeOf(transaction))
      } catch (error) {
        const left = deadline.leftMs()
        if (!(error instanceof Conflict)) {
          abort(transaction)
          throw error
        }
        if (!isFirst || left <= 0) {
          abort(transaction)
          throw refusals.writeConflict()
        }
        // Nothing was answered from this snapshot, so a later one serves as well.
        release(transaction)
        if (error.changedAt === undefined) await locks.whenReleased(error.resource, left)
        else await commits.whenDurable(error.changedAt)
      }
    }
  }

  const use = (transaction: Transaction, collection: Collection): void => {
    const { snapshot } = startReading(transaction)
    const isNewer = collection.created > snapshot.time
    // One created later is empty in the snapshot, its indexes with it; an index added since would lack entries, and may
    // hold values that a unique one must not hold twice.
    const isAsCreated = isNewer && collection.indexesChanged === collection.created
    if (!isAsCreated && collection.indexesChanged > snapshot.time) {
      throw refusals.catalogueChanged(collection.namespace)
    }
    transaction.collections.set(collection.namespace, collection)
  }

  const checkUnchanged = (transaction: Transaction): void => {
    for (const [namespace, collection] of transaction.collections) {
      if (catalogue.find(namespace) !== collection) throw refusals.writeConflict()
    }
    for (const namespace of transaction.made.keys()) {
      if (catalogue.find(namespace)) throw refusals.writeConflict()
    }
  }

  const apply = async (transaction: Transaction, record: (commit: Commit) => void): Promise<bigint> => {
    const { lsid, number, operations, claimed, reading, made } = transaction
    if ((operations.length === 0 && made.size === 0) || !reading) {
      // What it has read may not yet be lost by a power failure.
      await commits.whenDurable(reading?.snapshot.time ?? 0n)
      return commits.durable
    }
    const { time } = await commits.run((commit) => {
      checkUnchanged(transaction)
      const session = { lsid, txnNumber: Long.fromBigInt(number) }
      for (const collection of made.values()) catalogue.add(commit.transaction, commit.time(), collection)
      const creations = [...made.values()].map(ofCatalogue)
      const staged = reading.overlay.changes()
      commit.apply({ staged, operations: [...creations, ...operations], claimed }, session)
      record(commit)
    })
    return time
  }

  const finish = async (transaction: Transaction, record: (commit: Commit) => void): Promise<bigint> => {
    try {
      transaction.committedAt = await apply(transaction, record)
    } catch (error) {
      end(transaction, 'aborted')
      throw error
    }
    end(transaction, 'committed')
    return transaction.committedAt
  }

  return {
    begin(session, lsid, number, connection) {
      const former = bySession.get(session)
      if (former && former.number > number) throw refusals.tooOld(session, number, former.number)
      if (former && former.number === number) {
        throw refusals.inProgress(session, number, former.state)
      }
      if (former) abort(former)
      const transaction: Transaction = {
        session,
        lsid,
        number,
        state: 'open',
        reading: undefined,
        operations: [],
        claimed: new Set(),
        collections: new Map(),
        made: new Map(),
        statements: 0,
        stagedBytes: 0,
        started: elapsedMs(),
        connections: new Set([connection]),
        abandoned: undefined,
        tail: Promise.resolve(),
        ending: undefined,
        ended: 0,
        committedAt: 0n,
      }
      bySession.set(session, transaction)
      open.add(transaction)
      return transaction
    },
    find(session, number, connection) {
      const transaction = bySession.get(session)
      if (transaction && transaction.number > number) throw refusals.tooOld(session, number, transaction.number)
      if (transaction?.number !== number) throw refusals.noSuchTransaction(number)
      checkOpen(transaction)
      transaction.connections.add(connection)
      transaction.abandoned = undefined
      return transaction
    },
    goOn(session, number) {
      const former = bySession.get(session)
      if (former && former.number < number) abort(former)
    },
    latest: (session) => bySession.get(session),
    statement(transaction, run, patience) {
      const result = transaction.tail.then(() => runStatement(transaction, run, patience))
      // The next statement waits for this one's end, whatever it is; who asked hears of a failure.
      transaction.tail = result.then(
        () => undefined,
        () => undefined,
      )
      return result
    },
    collection(transaction, namespace) {
      const made = transaction.made.get(namespace)
      if (made) return made
      const collection = catalogue.find(namespace)
      const known = transaction.collections.get(namespace)
      if (known) {
        if (known !== collection) throw refusals.writeConflict()
        return known
      }
      // What the snapshot holds under this name must not be read as empty because it was dropped or replaced since.
      const was = catalogue.asOf(startReading(transaction).snapshot.view, namespace)
      if (was && was.id !== collection?.id) throw refusals.catalogueChanged(namespace)
      if (collection) use(transaction, collection)
      return collection
    },
    make(transaction, namespace, options) {
      const { time } = startReading(transaction).snapshot
      const collection = catalogue.describe(time, namespace, options)
      transaction.made.set(namespace, collection)
      return collection
    },
    async commit(transaction, record) {
      await transaction.tail
      if (transaction.state === 'committing' && transaction.ending) return transaction.ending
      checkOpen(transaction)
      transaction.state = 'committing'
      transaction.ending = finish(transaction, record)
      return transaction.ending
    },
    abort,
    abortAll() {
      for (const transaction of open) abort(transaction)
    },
    forgetSession(session) {
      const transaction = bySession.get(session)
      if (!transaction || transaction.state === 'committing') return
      abort(transaction)
      bySession.delete(session)
    },
    disconnected(connection) {
      for (const transaction of open) {
        // The driver may send each statement over another connection: only when all are gone is the client gone.
        if (transaction.connections.delete(connection) && transaction.connections.size === 0) {
          transaction.abandoned = elapsedMs()
        }
      }
    },
    onEnd: (listener) => endListeners.push(listener),
    stop() {
      clearInterval(reaper)
      for (const transaction of open) abort(transaction)
    },
  }
}

const checkOpen = (transaction: Transaction): void => {
  if (transaction.state === 'open') return
  throw transaction.state === 'committed'
    ? refusals.committed(transaction.number)
    : refusals.aborted(transaction.number)
}
