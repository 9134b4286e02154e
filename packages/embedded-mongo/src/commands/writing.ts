import type { Commit } from '../engine/commits.ts'
import { deadlineIn } from '../engine/deadline.ts'
import type { Engine } from '../engine/engine.ts'
import { CommandError, errorCodes, isInterruption } from '../errors.ts'
import { ofCatalogue } from '../oplog/entries.ts'
import { formerResults, writeRetries } from '../sessions/retries.ts'
import { type Collection, splitNamespace } from '../storage/catalogue.ts'
import type { Change } from '../storage/documents.ts'
import { Conflict } from '../transactions/locks.ts'
import type { Statement } from '../transactions/transactions.ts'
import type { Doc } from '../values/doc.ts'
import type { Request } from './command.ts'
import * as fields from './fields.ts'
import { describeErrors, type StatementError } from './write-errors.ts'

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
  const { transaction, deadline } = request
  if (!transaction) throw new Error('No transaction')
  const all = ({ change, time }: Statement): Pick<Written, 'results' | 'errors'> => {
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
        const isOfCommand = !(error instanceof CommandError) || error.errorLabels.length > 0 || isInterruption(error)
        if (isOfCommand) throw error
        errors.push({ index, error })
      }
    }
    return { results, errors }
  }
  const written = await transactions.statement(transaction, all, deadline)
  if (written.errors.length > 0) transactions.abort(transaction)
  return { ...written, retried: [], time: engine.commits.durable }
}

const writeAlone = async (engine: Engine, request: Request, statements: Statements): Promise<Written> => {
  const { locks } = engine
  const { deadline = deadlineIn(lockWaitMs, engine.elapsedMs) } = request
  let written: Written = { results: [], errors: [], retried: [], time: 0n }
  for (;;) {
    const part = await writePart(engine, request, statements, written.results.length)
    written = {
      results: [...written.results, ...part.results],
      errors: [...written.errors, ...part.errors],
      retried: [...written.retried, ...part.retried],
      time: part.time,
    }
    if (part.blockedOn === undefined) return written
    const isFree = await locks.whenReleased(part.blockedOn, Math.max(deadline.leftMs(), 0))
    if (!isFree) throw new CommandError('MaxTimeMSExpired', 'operation exceeded time limit')
  }
}

/** The statements that share a commit: up to the end, or to one that meets a lock. */
interface Part extends Written {
  readonly blockedOn: string | undefined
}

const writePart = async (engine: Engine, request: Request, statements: Statements, first: number): Promise<Part> => {
  const { commits } = engine
  const { count, ordered } = statements
  const results: (Doc | undefined)[] = []
  const errors: StatementError[] = []
  const retried: number[] = []
  /** Of former tries, which are on the disk whatever becomes of this commit. */
  const former = new Map<number, { readonly statement: number; readonly result: Doc }>()
  try {
    const { result: blockedOn, time } = await commits.run((commit): string | undefined => {
      const record = recordOf(engine, request, commit)
      try {
        for (let index = first; index < count; index += 1) {
          const known = record?.former(index)
          if (known) {
            former.set(index, known)
            retried.push(known.statement)
          }
          try {
            results.push(known?.result ?? writeOne(engine, request, statements, { commit, index, record }))
          } catch (error) {
            if (error instanceof Conflict) return error.resource
            if (!(error instanceof CommandError) || isInterruption(error)) throw error
            errors.push({ index, error })
            if (ordered) return undefined
            results.push(undefined)
          }
        }
        return undefined
      } finally {
        record?.save()
      }
    })
    return { results, errors, retried, blockedOn, time }
  } catch (error) {
    if (!(error instanceof CommandError) || error.code !== errorCodes.OutOfDiskSpace) throw error
    // Nothing of this commit is there, but what was written before it is, and the client must hear of it.
    const indexes = Array.from({ length: count - first }, (_, place) => first + place)
    const failed = indexes.filter((index) => !former.has(index)).slice(0, ordered ? 1 : undefined)
    const kept = ordered ? indexes.slice(0, (failed[0] ?? count) - first) : indexes
    return {
      results: kept.map((index) => former.get(index)?.result),
      errors: failed.map((index) => ({ index, error })),
      retried: kept.flatMap((index) => former.get(index)?.statement ?? []),
      blockedOn: undefined,
      time: commits.durable,
    }
  }
}

/** What a session remembers of a numbered write, for its repetition. */
interface RetryRecord {
  former(index: number): { readonly statement: number; readonly result: Doc } | undefined
  remember(index: number, result: Doc): void
  save(): void
}

const recordOf = ({ now }: Engine, { session, txnNumber, body }: Request, commit: Commit): RetryRecord | undefined => {
  if (!session || txnNumber === undefined) return undefined
  const { transaction } = commit
  const firstStatement = fields.whole(body, 'stmtId') ?? 0
  const former = formerResults(transaction, session.key, txnNumber)
  const results = new Map(former)
  return {
    former(index) {
      const statement = firstStatement + index
      const result = former.get(statement)
      return result && { statement, result }
    },
    remember: (index, result) => results.set(firstStatement + index, result),
    save() {
      if (results.size === former.size) return
      writeRetries(transaction, session.key, { number: txnNumber, isTransaction: false, results }, now())
    },
  }
}

const writeOne = (
  engine: Engine,
  request: Request,
  { namespace, run }: Statements,
  { commit, index, record }: { commit: Commit; index: number; record: RetryRecord | undefined },
): Doc => {
  const { catalogue, locks } = engine
  const { result, hasWritten } = commit.statement((change, saveSome) => {
    const ensureCollection = (): Collection => {
      const existing = catalogue.find(namespace)
      if (existing) return existing
      commit.record(ofCatalogue(splitNamespace(namespace)))
      return catalogue.create(commit.transaction, commit.time(), namespace)
    }
    // What is saved cannot be taken back, so nothing may stand in the way of the rest.
    const save = locks.isEmpty ? saveSome : () => undefined
    // Inside the write transaction the catalogue and the data are of the same moment.
    const collection = catalogue.find(namespace)
    const done = run({ change, time: newestOfAll, collection, ensureCollection, saveSome: save }, index)
    if (record && done.hasWritten) breakRetryable(engine, request)
    return done
  })
  if (hasWritten) record?.remember(index, result)
  return result
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
    writeErrors: describeErrors(isOrdered ? errors.slice(0, 1) : errors),
  }),
  ...(retried.length > 0 && { retriedStmtIds: retried }),
})

export const isOrdered = (body: Doc): boolean => body.ordered === undefined || fields.flag(body, 'ordered')
