import { CommandError, errorCodes } from '../errors.ts'
import type { Command } from './command.ts'
import * as fields from './fields.ts'
import { batchLimit } from './reading.ts'

export const getMore: Command = {
  fields: ['collection', 'batchSize', 'term', 'lastKnownCommittedOpTime'],
  inTransaction: true,
  // The cursor has its snapshot; the driver names the session's all the same.
  readsSnapshots: true,
  async run({ cursors, transactions, failPoints, elapsedMs }, request) {
    const { body, db, session, transaction } = request
    const id = fields.bigInteger(body, 'getMore')
    const namespace = `${db}.${fields.text(body, 'collection')}`
    if (id === undefined) throw new CommandError('TypeMismatch', "BSON field 'getMore.getMore' is no cursor id")
    const cursor = cursors.find(id, namespace)
    if (cursor.session !== session?.key) {
      throw new CommandError('Unauthorized', `Cannot run getMore on cursor ${id}, which belongs to another session`)
    }
    if (cursor.transaction !== transaction) {
      throw new CommandError('Unauthorized', `Cannot run getMore on cursor ${id}, which belongs to another transaction`)
    }
    if (cursor.isInUse) throw new CommandError('CursorInUse', `cursor id ${id} is already in use`)
    const maxTimeMs = fields.milliseconds(body, 'maxTimeMS')
    if (maxTimeMs !== undefined && !cursor.isTailable) {
      throw new CommandError('BadValue', 'cannot set maxTimeMS on getMore command for a non-awaitData cursor')
    }
    const batchSize = fields.count(body, 'batchSize')
    const limits = batchLimit(batchSize === 0 ? undefined : batchSize, Number.POSITIVE_INFINITY)
    const { signal } = cursor.closed
    const next = async () => cursor.source.next({ ...limits, timeoutMs: maxTimeMs, signal })
    cursor.isInUse = true
    try {
      const failing = failPoints?.hit('failGetMoreAfterCursorCheckout')
      if (failing) {
        const code = fields.whole(failing, 'errorCode') ?? errorCodes.InternalError
        throw new CommandError(code, "Hit the 'failGetMoreAfterCursorCheckout' failpoint")
      }
      const { documents, isExhausted, postBatchResumeToken } = await (transaction
        ? transactions.statement(transaction, next)
        : next())
      signal.throwIfAborted()
      if (isExhausted) cursors.close(id)
      return {
        fields: {},
        batch: {
          cursorId: isExhausted ? 0n : id,
          namespace,
          name: 'nextBatch',
          documents,
          ...(postBatchResumeToken && { postBatchResumeToken }),
        },
      }
    } catch (error) {
      cursors.close(id)
      throw error
    } finally {
      cursor.isInUse = false
      cursor.lastUsed = elapsedMs()
    }
  },
}
