import type { Engine } from '../engine/engine.ts'
import { CommandError } from '../errors.ts'
import { formerResults, writeRetries } from '../sessions/retries.ts'
import type { Collection } from '../storage/catalogue.ts'
import type { Change } from '../storage/documents.ts'
import { Conflict } from '../transactions/locks.ts'
import type { Doc } from '../values/doc.ts'
import type { Request } from './command.ts'
import * as fields from './fields.ts'

/** A write outside of transactions waits this long for a lock, unless it names a time. */
const lockWaitMs = 70_000

/** What one statement of a write works with. */
export interface Writing {
  readonly change: Change
  readonly time: bigint
  readonly collection: Collection | undefined
  /** The collection, made if it is not there. */
  readonly ensureCollection: () => Collection
  /** Keeps what a statement on many documents has done so far; not for transactions. */
  readonly saveSome: () => void
}

export interface StatementError {
  readonly index: number
  readonly error: CommandError
}

export interface Written {
  /** By statement; undefined where it failed or was not reached. */
  readonly results: readonly (Doc | undefined)[]
  readonly errors: readonly StatementError[]
  readonly retried: readonly number[]
  readonly time: bigint
}

interface Statements {
  readonly namespace: string
  readonly count: number
  readonly ordered: boolean
  /** Whether a statement may make the collection. */
  readonly creates: boolean
  /** Runs a statement; what it gives is remembered for a retry if it has changed something. */
  readonly run: (writing: Writing, index: number) => { result: Doc; hasWritten: boolean }
}

/**
 * Runs the statements of a write one after the other, in the request's transaction or each for itself. A statement
 * outside of transactions that meets a lock waits for it; those before it are committed meanwhile.
 */
export const write = (engine: Engine, request: Request, statements: Statements): Promise<Written> =>
  request.transaction ? writeInTransaction(engine, request, statements) : writeAlone(engine, request, statements)

const writeInTransaction = async (
  engine: Engine,
  request: Request,
  { namespace, count, creates, run }: Statements,
): Promise<Written> => {
  const { transactions } = engine
  const { transaction } = request
  if (!transaction) throw new Error('No transaction')
  const written = await transactions.statement(transaction, ({ change, time }) => {
    const results: (Doc | undefined)[] = []
    const errors: StatementError[] = []
    const existing = transactions.collection(transaction, namespace)
    const collection = existing ?? (creates ? transactions.make(transaction, namespace) : undefined)
    const ensureCollection = (): Collection => {
      if (collection) return collection
      throw new Error('A statement that makes no collection asks for it')
    }
    for (let index = 0; index < count && errors.length === 0; index += 1) {
      try {
        const writing = { change, time, collection, ensureCollection, saveSome: () => undefined }
        results[index] = run(writing, index).result
      } catch (error) {
        // An error that says "try the transaction again" is one of the whole command.
        if (!(error instanceof CommandError) || error.errorLabels.length > 0) throw error
        errors.push({ index, error })
      }
    }
    return { results, errors }
  })
  if (written.errors.length > 0) transactions.abort(transaction)
  return { ...written, retried: [], time: engine.commits.durable }
}

const writeAlone = async (
  engine: Engine,
  request: Request,
  { namespace, count, ordered, run }: Statements,
): Promise<Written> => {
  const { commits, catalogue, locks, now } = engine
  const { session, txnNumber, deadline = performance.now() + lockWaitMs } = request
  const firstStatement = fields.whole(request.body, 'stmtId') ?? 0
  const results: (Doc | undefined)[] = []
  const errors: StatementError[] = []
  const retried: number[] = []
  let next = 0

  for (;;) {
    const { result: blockedOn, time } = await commits.run((commit): string | undefined => {
      const isRetryable = session !== undefined && txnNumber !== undefined
      const former = isRetryable ? formerResults(commit.transaction, session.key, txnNumber) : undefined
      const remembered = new Map(former)
      const runOne = (index: number): Doc => {
        const known = former?.get(firstStatement + index)
        if (known) {
          retried.push(firstStatement + index)
          return known
        }
        const { result, hasWritten } = commit.statement((change, saveSome) => {
          const collection = catalogue.find(namespace)
          const ensureCollection = (): Collection => {
            const existing = catalogue.find(namespace)
            if (existing) return existing
            const [db = '', ...rest] = namespace.split('.')
            commit.record({ kind: 'other', db, collection: rest.join('.') })
            return catalogue.create(commit.transaction, commit.time(), namespace)
          }
          // Inside the write transaction the catalogue and the data are of the same moment.
          // What is saved cannot be taken back, so nothing may stand in the way of the rest.
          const save = locks.isEmpty ? saveSome : () => undefined
          const done = run({ change, time: newestOfAll, collection, ensureCollection, saveSome: save }, index)
          if (isRetryable && done.hasWritten) breakRetryable(engine, request)
          return done
        })
        if (hasWritten) remembered.set(firstStatement + index, result)
        return result
      }
      try {
        for (; next < count; next += 1) {
          try {
            results[next] = runOne(next)
          } catch (error) {
            if (error instanceof Conflict) return error.resource
            if (!(error instanceof CommandError)) throw error
            errors.push({ index: next, error })
            if (ordered) {
              next = count
              return undefined
            }
          }
        }
        return undefined
      } finally {
        if (isRetryable && remembered.size > (former?.size ?? 0)) {
          const retries = { number: txnNumber, isTransaction: false, results: remembered }
          writeRetries(commit.transaction, session.key, retries, now())
        }
      }
    })
    if (blockedOn === undefined) return { results, errors, retried, time }
    const isFree = await locks.whenReleased(blockedOn, Math.max(deadline - performance.now(), 0))
    if (!isFree) throw new CommandError('MaxTimeMSExpired', 'operation exceeded time limit')
  }
}

/** What the fail point `onPrimaryTransactionalWrite` does: the write may be done, but its answer is lost. */
const breakRetryable = ({ failPoints }: Engine, { connection }: Request): void => {
  const data = failPoints?.hit('onPrimaryTransactionalWrite')
  if (!data) return
  if (data.closeConnection === undefined || fields.flag(data, 'closeConnection')) connection.drop()
  const code = fields.whole(data, 'failBeforeCommitExceptionCode')
  if (code !== undefined)
    throw new CommandError(code, 'Failing write due to failpoint. The write must not be reflected.')
}

const newestOfAll = 0xffffffffffffffffn

/** The fields that all writes answer with. */
export const writeResult = ({ errors, retried }: Written, isOrdered: boolean): Doc => ({
  ...(errors.length > 0 && {
    writeErrors: (isOrdered ? errors.slice(0, 1) : errors).map(({ index, error }) => ({
      index,
      code: error.code,
      codeName: error.codeName,
      errmsg: error.message,
      ...error.fields,
    })),
  }),
  ...(retried.length > 0 && { retriedStmtIds: retried }),
})

export const isOrdered = (body: Doc): boolean => body.ordered === undefined || fields.flag(body, 'ordered')
