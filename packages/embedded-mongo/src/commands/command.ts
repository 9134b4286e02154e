import type { Deadline } from '../engine/deadline.ts'
import type { Engine } from '../engine/engine.ts'
import type { Transaction } from '../transactions/transactions.ts'
import type { Doc } from '../values/doc.ts'
import type { Connection } from '../wire/connection.ts'
import type { Batch } from '../wire/replies.ts'

/** One question, with what holds for all commands already read and checked. */
export interface Request {
  readonly name: string
  readonly db: string
  readonly body: Doc
  readonly sequences: ReadonlyMap<string, readonly Uint8Array[]>
  readonly connection: Connection
  readonly session: { readonly key: string; readonly lsid: Doc } | undefined
  /** The number of a retryable write, or of the transaction. */
  readonly txnNumber: bigint | undefined
  readonly transaction: Transaction | undefined
  readonly deadline: Deadline | undefined
  readonly readConcern: string | undefined
  /** Of the snapshot that is to be read, which the session has read before. */
  readonly atClusterTime: bigint | undefined
  readonly format: 'query' | 'message'
  readonly exhaustAllowed: boolean
}

export interface Result {
  readonly fields: Doc
  readonly batch?: Batch
  /** The time of the newest change that the answer knows of; if absent, that of the newest durable one. */
  readonly time?: bigint
  /** A further answer that follows without a question. */
  readonly next?: () => Promise<Result>
}

export interface Command {
  /** All fields but those that every command may have. What is not listed is refused. */
  readonly fields: readonly string[]
  readonly inTransaction: boolean
  /** May carry a txnNumber outside of a transaction. */
  readonly isRetryable?: boolean
  /** Answers with read concern `snapshot` outside of a transaction. */
  readonly readsSnapshots?: boolean
  run(engine: Engine, request: Request): Promise<Result> | Result
}
