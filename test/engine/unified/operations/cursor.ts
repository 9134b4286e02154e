import type { AbstractCursor, ChangeStream } from 'mongodb'
import { type Operations, plain } from './operation.ts'

/** The driver asks the server only when the first document is wanted; the format wants it at once. */
export const openedStream = async (stream: ChangeStream): Promise<ChangeStream> => {
  // Its cursor is private; to wait for an event instead would be to iterate it.
  const { cursor } = stream as unknown as { cursor: { cursorInit(): Promise<void> } }
  await cursor.cursorInit()
  return stream
}

/** Asks for the first batch; its documents wait in the cursor. */
export const startedCursor = async (cursor: AbstractCursor): Promise<AbstractCursor> => {
  await cursor.hasNext()
  return cursor
}

interface Iterated {
  next(): Promise<unknown>
  tryNext(): Promise<unknown>
  close(): Promise<void>
}

/** Of cursors and change streams alike. */
export const cursorOperations: Operations<Iterated> = {
  close: plain([], async (cursor) => {
    // The format says that an error of closing is none of the test's.
    await cursor.close().catch(() => undefined)
  }),
  iterateOnce: plain([], (cursor) => cursor.tryNext()),
  iterateUntilDocumentOrError: plain([], (cursor) => cursor.next()),
}
