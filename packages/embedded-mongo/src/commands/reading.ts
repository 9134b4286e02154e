import type { CursorSource } from '../cursors/cursors.ts'
import type { Engine } from '../engine/engine.ts'
import { CommandError } from '../errors.ts'
import { timestampOf } from '../oplog/clock.ts'
import type { Collection } from '../storage/catalogue.ts'
import type { Snapshot } from '../storage/store.ts'
import type { View } from '../storage/view.ts'
import type { Doc } from '../values/doc.ts'
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
  const { catalogue, transactions, commits } = engine
  if (transaction) {
    return transactions.statement(transaction, ({ change, time }) => {
      const collection = transactions.collection(transaction, namespace)
      return run({ view: change.view, time, collection, keep: () => () => undefined })
    })
  }
  const snapshot = snapshotFor(engine, request)
  let isKept = false
  try {
    const present = catalogue.find(namespace)
    // A change of it is known here a moment before the snapshot has it, and a full disk may yet undo it.
    const isOfSnapshot = present !== undefined && present.indexesChanged <= snapshot.time
    const collection = isOfSnapshot ? present : catalogue.asOf(snapshot.view, namespace)
    if (request.atClusterTime !== undefined && collection && collection.id !== present?.id)
      throw changedSince(namespace)
    const result = run({
      view: snapshot.view,
      time: snapshot.time,
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

const snapshotFor = ({ store, pinned }: Engine, { readConcern, atClusterTime, session }: Request): Snapshot => {
  if (atClusterTime !== undefined) {
    const snapshot = session && pinned.at(session.key, atClusterTime)
    if (snapshot) return snapshot
    throw new CommandError('SnapshotTooOld', 'The embedded engine has not kept this snapshot for this session')
  }
  const snapshot = store.snapshot()
  return readConcern === 'snapshot' && session ? pinned.pin(session.key, snapshot) : snapshot
}

/** What a session reads again and again is one collection, or is refused. */
const changedSince = (namespace: string): CommandError =>
  new CommandError('SnapshotUnavailable', `${namespace} was dropped or renamed after the snapshot`)

/** Tells at which time was read, so that the session can ask for it again. */
export const readAt = ({ readConcern, transaction }: Request, time: bigint): Doc =>
  readConcern === 'snapshot' && !transaction ? { atClusterTime: timestampOf(time) } : {}

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
    cursorFields = {},
  }: {
    namespace: string
    source: CursorSource
    batchSize: number | undefined
    singleBatch?: boolean
    isTailable?: boolean
    /** What the answer says of the cursor besides. */
    cursorFields?: Doc
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
        cursorFields,
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
