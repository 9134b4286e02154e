import type { Buffer } from 'node:buffer'
import type { Clock } from '../oplog/clock.ts'
import { decodeHead, encodeEntry, type Operation } from '../oplog/entries.ts'
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
  /** Resolves once everything up to this time is on the disk. */
  whenDurable(time: bigint): Promise<void>
  onDurable(listener: (time: bigint) => void): () => void
}

export const createCommits = ({
  store,
  clock,
  locks,
  now,
  written,
}: {
  store: Store
  clock: Clock
  locks: Locks<Transaction>
  now: () => number
  /** The `total` of the newest entry. */
  written: bigint
}): Commits => {
  let total = written
  let durable = clock.last
  const listeners = new Set<(time: bigint) => void>()

  const begin = (transaction: WriteTransaction): { commit: Commit; finish: () => bigint } => {
    let time: bigint | undefined
    let operations: Operation[] = []
    let claimed: string[] = []
    let bytes = 0
    let newest = clock.last

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
      claimed.push(...resources)
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
        return newest
      },
    }
  }

  const advance = (time: bigint): void => {
    if (time <= durable) return
    durable = time
    for (const listener of [...listeners]) listener(time)
  }

  return {
    async run(callback) {
      let newest = 0n
      const outcome = await store.write((transaction) => {
        const { commit, finish } = begin(transaction)
        try {
          return { result: callback(commit) }
        } catch (failure) {
          return { failure }
        } finally {
          // Also after a refusal: statements before it are written, and the log must tell them.
          newest = finish()
        }
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
        const stop = this.onDurable((reached) => {
          if (reached < time) return
          stop()
          resolve()
        })
      })
    },
    onDurable(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
