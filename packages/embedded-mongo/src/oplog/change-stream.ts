import type { BatchLimits, CursorBatch, CursorSource } from '../cursors/cursors.ts'
import { deadlineIn } from '../engine/deadline.ts'
import { CommandError } from '../errors.ts'
import { encode } from '../values/codec.ts'
import { equal } from '../values/compare.ts'
import type { Doc } from '../values/doc.ts'
import type { Entry, Operation } from './entries.ts'
import { eventOf, invalidateEvent, invalidates, isInScope, type Scope } from './events.ts'
import type { Oplog } from './oplog.ts'
import { type Position, tokenOf, wholeEntry } from './resume-tokens.ts'

/** How long MongoDB waits for an event if the client names no time. */
const defaultWaitMs = 1_000

export interface ChangeStreamSettings {
  readonly oplog: Oplog
  readonly durable: () => bigint
  readonly elapsedMs: () => number
  readonly scope: Scope
  readonly position: Position
  /** The present document, for `fullDocument: 'updateLookup'`. */
  readonly lookUp: ((operation: Operation) => Doc | null) | undefined
  /** The stages after `$changeStream`; undefined if they drop the event. */
  readonly pipeline: (event: Doc) => Doc | undefined
}

/** Follows the log of changes. Wakes at a commit, asks nobody meanwhile. */
export const openChangeStream = (settings: ChangeStreamSettings): CursorSource => {
  const { oplog, durable, elapsedMs, scope, lookUp, pipeline } = settings
  let position = settings.position
  let invalidated = false

  const tell = (entry: Entry, place: number, operation: Operation): Uint8Array | undefined => {
    const event = eventOf(entry, place, operation)
    if (operation.kind === 'update' && lookUp) event.fullDocument = lookUp(operation)
    return piped(event)
  }

  const piped = (event: Doc): Uint8Array | undefined => {
    const result = pipeline(event)
    if (!result) return undefined
    if (!equal(result._id, event._id)) {
      throw new CommandError(
        'ChangeStreamFatalError',
        'Encountered an event whose _id field, which contains the resume token, was modified by the pipeline. ' +
          'Modifying the _id field of an event makes it impossible to resume the stream from that point.',
        { errorLabels: ['NonResumableChangeStreamError'] },
      )
    }
    return encode(result)
  }

  /** Goes on to the end of the log or of the batch. */
  const collect = ({ count, bytes }: BatchLimits): Uint8Array[] => {
    const batch: Uint8Array[] = []
    let size = 0
    checkHistory(oplog, position)
    // The entry in which the position lies is read again, if something of it is left.
    let from = position.operation === wholeEntry ? position.time : position.time - 1n
    for (;;) {
      const end = durable()
      const page = oplog.after(from)
      for (const entry of page) {
        const first = entry.time === position.time ? position.operation + 1 : 0
        for (let place = first; place < entry.operations.length; place += 1) {
          const operation = entry.operations[place]
          if (!operation || !isInScope(scope, operation)) continue
          const event = tell(entry, place, operation)
          if (event) {
            if (batch.length >= count || (batch.length > 0 && size + event.length > bytes)) return batch
            batch.push(event)
            size += event.length
          }
          position = { time: entry.time, operation: place }
          if (invalidates(scope, operation)) {
            invalidated = true
            const last = piped(invalidateEvent(entry, place))
            if (last) batch.push(last)
            return batch
          }
        }
        position = { time: entry.time, operation: wholeEntry }
        from = entry.time
        if (batch.length >= count) return batch
      }
      if (page.length === 0) {
        if (end > position.time) position = { time: end, operation: wholeEntry }
        return batch
      }
    }
  }

  const answer = (documents: readonly Uint8Array[]): CursorBatch => ({
    documents,
    isExhausted: invalidated,
    postBatchResumeToken: tokenOf(
      position,
      invalidated ? 'invalidate' : position.operation === wholeEntry ? 'position' : 'event',
    ),
  })

  return {
    async next({ count, bytes, timeoutMs = defaultWaitMs, signal }) {
      const deadline = deadlineIn(timeoutMs, elapsedMs)
      for (;;) {
        const batch = collect({ count, bytes })
        const left = deadline.leftMs()
        if (batch.length > 0 || invalidated || left <= 0 || count === 0 || signal.aborted) return answer(batch)
        await oplog.wait(position.time, left, signal)
      }
    },
    close: () => undefined,
  }
}

/** Refuses a place in the log that has been cut off. */
export const checkHistory = (oplog: Oplog, { time, operation }: Position): void => {
  const isThere = time > oplog.completeAfter || (time === oplog.completeAfter && operation === wholeEntry)
  if (isThere) return
  throw new CommandError(
    'ChangeStreamHistoryLost',
    'Resume of change stream was not possible, as the resume point may no longer be in the oplog.',
    { errorLabels: ['NonResumableChangeStreamError'] },
  )
}
