import type { Buffer } from 'node:buffer'
import { CommandError } from '../errors.ts'
import type { Clock } from '../oplog/clock.ts'
import { decodeHead, encodeEntry, type Operation } from '../oplog/entries.ts'
import type { Catalogue } from '../storage/catalogue.ts'
import type { Change } from '../storage/documents.ts'
import { oplogKey } from '../storage/keys.ts'
import type { Store, WriteTransaction } from '../storage/store.ts'
import { overlayOn } from '../storage/view.ts'
import { Conflict, type Locks } from '../transactions/locks.ts'
import type { Transaction } from '../transactions/transactions.ts'
import type { Doc } from '../values/doc.ts'

/** An entry of the log is closed at this size; a transaction's is not, for it must stay one. */
const entryBytes = 8 * 1024 * 1024

/** What a command does inside the write transaction. */
export interface Commit {
  readonly transaction: WriteTransaction
  /** The time of what is written now. */
  time(): bigint
  /** A statement outside of transactions: whole if the callback returns, nothing of it if it throws. */
  statement<T>(run: (change: Change, save: () => void) => T): T
  /** Puts what a transaction has staged, and tells it as one event. */
  apply(change: StagedChange, transaction?: Doc): void
  /** Tells something that is no document's change. */
  record(operation: Operation): void
}

export interface StagedChange {
  readonly staged: Iterable<readonly [Buffer, Uint8Array | undefined]>
  readonly operations: readonly Operation[]
  readonly claimed: Iterable<string>
}

export interface Committed<T> {
  readonly result: T
  /** The time of the newest change that the result knows of. */
  readonly time: bigint
}

export interface Commits {
  run<T>(callback: (commit: Commit) => T): Promise<Committed<T>>
  /** Everything up to this time is on the disk. */
  readonly durable: bigint
  /** Bytes that the log of changes has ever taken. */
  readonly total: bigint
  /** Resolves once everything up to this time is on the disk, or if the commit of this time came to nothing. */
  whenDurable(time: bigint): Promise<void>
  onDurable(listener: (time: bigint) => void): () => void
}

interface Waiter {
  readonly time: bigint
  readonly resolve: () => void
}

export const createCommits = ({
  store,
  catalogue,
  clock,
  locks,
  now,
  written,
}: {
  store: Store
  catalogue: Catalogue
  clock: Clock
  locks: Locks<Transaction>
  now: () => number
  /** The `total` of the newest entry. */
  written: bigint
}): Commits => {
  let total = written
  let durable = clock.last
  let catalogueChanged = 0n
  const listeners = new Set<(time: bigint) => void>()
  const waiters = new Set<Waiter>()

  const begin = (transaction: WriteTransaction, times: Set<bigint>): { commit: Commit; finish: () => bigint } => {
    let time: bigint | undefined
    let operations: Operation[] = []
    let claimed: string[] = []
    let bytes = 0
    let newest: bigint | undefined

    const timeNow = (): bigint => {
      time ??= clock.next()
      return time
    }

    const close = (session?: Doc): void => {
      if (operations.length === 0) return
      newest = timeNow()
      const entry = encodeEntry({ wall: new Date(now()), total, operations, ...(session && { transaction: session }) })
      transaction.put(oplogKey(newest), entry)
      total = decodeHead(entry).total
      times.add(newest)
      locks.changed(newest, claimed)
      operations = []
      claimed = []
      bytes = 0
      time = undefined
    }

    const put = ({ staged, operations: more, claimed: resources }: StagedChange): void => {
      for (const [key, value] of staged) {
        if (value === undefined) transaction.remove(key)
        else transaction.put(key, value)
      }
      for (const operation of more) {
        operations.push(operation)
        bytes += (operation.document?.length ?? 0) + (operation.description?.length ?? 0) + 100
      }
      // One by one: a call takes only so many arguments, and here everything is put already.
      for (const resource of resources) claimed.push(resource)
    }

    const commit: Commit = {
      transaction,
      time: timeNow,
      statement(run) {
        const view = overlayOn(transaction)
        const statementOperations: Operation[] = []
        const statementClaims = new Set<string>()
        const change: Change = {
          view,
          claim(resource) {
            if (locks.holder(resource)) throw new Conflict(resource)
            statementClaims.add(resource)
          },
          record: (operation) => statementOperations.push(operation),
        }
        const save = (): void => {
          put({ staged: view.changes(), operations: statementOperations, claimed: statementClaims })
          view.clear()
          statementOperations.length = 0
          statementClaims.clear()
          if (bytes > entryBytes) close()
        }
        const result = run(change, save)
        save()
        return result
      },
      apply(change, session) {
        close()
        put(change)
        close(session)
      },
      record: (operation) => operations.push(operation),
    }
    return {
      commit,
      finish() {
        close()
        // Not the clock's: a time that no entry has could be given again after a restart, and a stream that was told of
        // it would miss what has it then.
        return newest ?? transaction.newestTime()
      },
    }
  }

  const advance = (time: bigint): void => {
    if (time <= durable) return
    durable = time
    for (const listener of [...listeners]) listener(time)
    wake((awaited) => awaited <= durable)
  }

  const wake = (isOver: (time: bigint) => boolean): void => {
    for (const waiter of [...waiters]) {
      if (!isOver(waiter.time)) continue
      waiters.delete(waiter)
      waiter.resolve()
    }
  }

  /** A change of the catalogue is known in memory before its commit. Here is seen whether that took place. */
  const checkCatalogue = (transaction: WriteTransaction): void => {
    if (catalogueChanged <= durable || transaction.newestTime() >= catalogueChanged) return
    catalogue.reload(transaction)
    catalogueChanged = 0n
  }

  /** Forgets in memory what a full disk refused. */
  const takeBack = async (times: ReadonlySet<bigint>): Promise<void> => {
    locks.unchanged(times)
    wake((awaited) => times.has(awaited))
    // Inside a write transaction all earlier ones have been seen to succeed or fail; an empty one needs no space.
    await store.write(checkCatalogue)
  }

  return {
    async run(callback) {
      let newest = 0n
      const times = new Set<bigint>()
      const writing = store.write((transaction) => {
        checkCatalogue(transaction)
        const { changes } = catalogue
        const { commit, finish } = begin(transaction, times)
        try {
          return { result: callback(commit) }
        } catch (failure) {
          return { failure }
        } finally {
          // Also after a refusal: statements before it are written, and the log must tell them.
          newest = finish()
          if (catalogue.changes !== changes) catalogueChanged = newest
        }
      })
      const outcome = await writing.catch(async (error: unknown) => {
        // Anything else breaks the store, and the process ends.
        if (error instanceof CommandError) await takeBack(times)
        throw error
      })
      advance(newest)
      if ('failure' in outcome) throw outcome.failure
      return { result: outcome.result, time: newest }
    },
    get durable() {
      return durable
    },
    get total() {
      return total
    },
    whenDurable(time) {
      if (time <= durable) return Promise.resolve()
      return new Promise((resolve) => {
        waiters.add({ time, resolve })
      })
    },
    onDurable(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
