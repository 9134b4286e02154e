import type { CursorSource } from '../cursors/cursors.ts'
import type { Engine } from '../engine/engine.ts'
import type { Collection } from '../storage/catalogue.ts'
import type { View } from '../storage/view.ts'
import type { Request, Result } from './command.ts'
import * as fields from './fields.ts'

export interface Reading {
  readonly view: View
  readonly time: bigint
  readonly collection: Collection | undefined
  /** Keeps the snapshot open beyond the command; whoever calls this calls what it gives back when done. */
  keep(): () => void
}

/** Runs a read in the request's transaction, or on a snapshot of this moment. */
export const read = async <T>(
  engine: Engine,
  request: Request,
  namespace: string,
  run: (reading: Reading) => T,
): Promise<T> => {
  const { transaction } = request
  const { store, catalogue, transactions, commits } = engine
  if (transaction) {
    return transactions.statement(transaction, ({ change, time }) => {
      const collection = catalogue.find(namespace)
      if (collection) transactions.use(transaction, collection)
      return run({ view: change.view, time, collection, keep: () => () => undefined })
    })
  }
  const snapshot = store.snapshot()
  let isKept = false
  try {
    const collection = catalogue.find(namespace)
    const result = run({
      view: snapshot.view,
      time: snapshot.time,
      // Made known before its commit is seen: to this snapshot it does not exist yet.
      collection,
      keep() {
        isKept = true
        return () => snapshot.release()
      },
    })
    const { readConcern } = request
    if (readConcern === 'majority' || readConcern === 'snapshot' || readConcern === 'linearizable') {
      // A commit is seen a moment before it is on the disk.
      await commits.whenDurable(snapshot.time)
    }
    return result
  } finally {
    if (!isKept) snapshot.release()
  }
}

/** MongoDB's limits of a batch: 101 documents at first, and never more than 16 MB. */
const firstBatchCount = 101
const batchBytes = 16 * 1024 * 1024

export const batchLimit = (count: number | undefined, fallback: number): { count: number; bytes: number } => ({
  count: count ?? fallback,
  bytes: batchBytes,
})

/** Answers the first batch, and keeps a cursor if that was not all. */
export const openCursor = async (
  engine: Engine,
  request: Request,
  {
    namespace,
    source,
    batchSize,
    singleBatch = false,
    isTailable = false,
  }: {
    namespace: string
    source: CursorSource
    batchSize: number | undefined
    singleBatch?: boolean
    isTailable?: boolean
  },
): Promise<Result> => {
  const limits = batchLimit(batchSize, firstBatchCount)
  let kept = false
  try {
    const { documents, isExhausted, postBatchResumeToken } = await source.next({
      ...limits,
      timeoutMs: 0,
      signal: request.connection.signal,
    })
    kept = !isExhausted && !singleBatch
    const cursor = kept
      ? engine.cursors.open({
          namespace,
          session: request.session?.key,
          transaction: request.transaction,
          source,
          isTailable,
        })
      : undefined
    return {
      fields: {},
      batch: {
        cursorId: cursor?.id ?? 0n,
        namespace,
        name: 'firstBatch',
        documents,
        ...(postBatchResumeToken && { postBatchResumeToken }),
      },
    }
  } finally {
    if (!kept) source.close()
  }
}

export const batchSizeOf = (request: Request): number | undefined => {
  const cursor = fields.document(request.body, 'cursor')
  return cursor && fields.count(cursor, 'batchSize')
}
