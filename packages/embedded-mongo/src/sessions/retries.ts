import { Binary, Long } from 'bson'
import { CommandError } from '../errors.ts'
import * as keys from '../storage/keys.ts'
import type { Store, WriteTransaction } from '../storage/store.ts'
import type { View } from '../storage/view.ts'
import { decode, encode } from '../values/codec.ts'
import type { Doc } from '../values/doc.ts'

/** A session that has been silent for this long does not repeat a write any more. */
const keptMs = 60 * 60_000
/** What a write of the largest message answers for all of its statements, the ids that it made among it. */
const maxRecordBytes = 96 * 1024 * 1024

/** What a session's newest numbered write has done. It is written in the transaction of the write itself. */
export interface Retries {
  readonly number: bigint
  /** Set when the number is a committed transaction's. */
  readonly isTransaction: boolean
  /** Answers by statement. */
  readonly results: ReadonlyMap<number, Doc>
}

export const readRetries = (view: View, session: string): Retries | undefined => {
  const value = view.get(keys.retryKey(session))
  if (!value) return undefined
  const { number, isTransaction, results } = decode(value)
  const list = Array.isArray(results) ? results : []
  return {
    number: BigInt(String(number)),
    isTransaction: isTransaction === true,
    results: new Map(list.map((entry: Doc) => [Number(entry.statement), decode(bytesOf(entry.result))])),
  }
}

export const writeRetries = (
  transaction: WriteTransaction,
  session: string,
  { number, isTransaction, results }: Retries,
  now: number,
): void => {
  const list = [...results].map(([statement, result]) => ({ statement, result: new Binary(encode(result)) }))
  transaction.put(
    keys.retryKey(session),
    encode({ number: Long.fromBigInt(number), at: new Date(now), isTransaction, results: list }, maxRecordBytes),
  )
}

/** The answers that the same number has been given before. Refuses a number that is older than the newest. */
export const formerResults = (view: View, session: string, number: bigint): ReadonlyMap<number, Doc> => {
  const retries = readRetries(view, session)
  if (!retries || retries.number < number) return new Map()
  if (retries.number > number || retries.isTransaction) {
    throw new CommandError(
      'TransactionTooOld',
      `Retryable write with txnNumber ${number} is prohibited on session ${session} because a newer one ` +
        `with txnNumber ${retries.number} has already started on this session.`,
    )
  }
  return retries.results
}

/** Drops the records of sessions that have been silent for long. */
export const dropOldRetries = async (store: Store, now: number): Promise<void> => {
  const snapshot = store.snapshot()
  const old: Buffer[] = []
  for (const { key, value } of snapshot.view.range({ start: keys.allRetries, end: keys.after(keys.allRetries) })) {
    if (isOld(value, now)) old.push(Buffer.from(key))
  }
  snapshot.release()
  if (old.length === 0) return
  await store.write((transaction) => {
    for (const key of old) {
      // It may have been written again meanwhile.
      const value = transaction.get(key)
      if (value && isOld(value, now)) transaction.remove(key)
    }
  })
}

const isOld = (value: Uint8Array, now: number): boolean => {
  const { at } = decode(value)
  return !(at instanceof Date) || now - at.getTime() > keptMs
}

const bytesOf = (value: unknown): Uint8Array => {
  if (value instanceof Binary) return value.buffer.subarray(0, value.position)
  throw new Error('A record of retryable writes is damaged')
}
