import { Binary, Long } from 'bson'
import { deadlineIn } from '../engine/deadline.ts'
import type { Engine } from '../engine/engine.ts'
import { CommandError } from '../errors.ts'
import { timestampOf } from '../oplog/clock.ts'
import { Conflict } from '../transactions/locks.ts'
import { writeConflict } from '../transactions/refusals.ts'
import type { Transaction } from '../transactions/transactions.ts'
import { encode } from '../values/codec.ts'
import type { Doc } from '../values/doc.ts'
import type { Answer, Connection } from '../wire/connection.ts'
import type { Message } from '../wire/messages.ts'
import { encodeReply } from '../wire/replies.ts'
import type { Command, Request, Result } from './command.ts'
import { type Failing, failCommand } from './failing.ts'
import * as fields from './fields.ts'
import { addedBy, asked, refusal } from './refusal.ts'
import { commands } from './table.ts'

/** Fields that every command may carry. */
const common = new Set([
  '$db',
  'lsid',
  '$clusterTime',
  'txnNumber',
  'startTransaction',
  'autocommit',
  'readConcern',
  'writeConcern',
  'maxTimeMS',
  'comment',
  '$readPreference',
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
])

/** Reads a message, runs its command and makes every outcome an answer. */
export const answer = async (
  engine: Engine,
  connection: Connection,
  message: Message,
  onUnexpected: (error: unknown) => void,
  isStopping: boolean,
): Promise<Answer> => {
  const question = asked(engine, message)
  let failing: Failing | undefined
  let unmet: Doc | undefined
  const reply = (result: Result): Answer => {
    const { batch, next } = result
    const all = { ...finish(engine, result), ...unmet, ...(failing && addedBy(failing, question)) }
    const body = encodeReply({ fields: all, ...(batch && { batch }) })
    return next ? { body, next: async () => reply(await next()) } : { body }
  }
  let transaction: Transaction | undefined
  try {
    if (isStopping) throw new CommandError('ShutdownInProgress', 'The embedded engine is stopping')
    const [name = ''] = Object.keys(message.body)
    const command = commands.get(name)
    if (!command) throw new CommandError('CommandNotFound', `no such command: '${name}'`)
    if (engine.failPoints) failing = await failCommand(engine.failPoints, connection, message.body)
    checkFields(name, command, message.body)
    const request = readRequest(engine, connection, message, name, command)
    transaction = request.transaction
    unmet = unmetWriteConcern(fields.document(message.body, 'writeConcern'))
    return reply(await command.run(engine, request))
  } catch (error) {
    if (transaction && transaction.state === 'open') engine.transactions.abort(transaction)
    const known = error instanceof Conflict ? writeConflict() : error
    if (!(known instanceof CommandError)) onUnexpected(known)
    return { body: encode({ ...refusal(known, question), ...times(engine) }) }
  }
}

const finish = (engine: Engine, { fields: own, time }: Result): Doc => ({ ...own, ok: 1, ...times(engine, time) })

const times = (engine: Engine, time: bigint = engine.commits.durable): Doc => ({
  $clusterTime: {
    clusterTime: timestampOf(engine.commits.durable),
    signature: { hash: new Binary(new Uint8Array(20)), keyId: Long.ZERO },
  },
  operationTime: timestampOf(time),
})

const checkFields = (name: string, command: Command, body: Doc): void => {
  for (const field of Object.keys(body)) {
    if (field === name || common.has(field) || command.fields.includes(field)) continue
    throw new CommandError('IDLUnknownField', `BSON field '${name}.${field}' is an unknown field.`)
  }
  const version = fields.optionalText(body, 'apiVersion')
  if (version !== undefined && version !== '1') {
    throw new CommandError('APIVersionError', 'API version must be "1"')
  }
  if (version === undefined && (body.apiStrict !== undefined || body.apiDeprecationErrors !== undefined)) {
    throw new CommandError('InvalidOptions', "apiStrict and apiDeprecationErrors need 'apiVersion'")
  }
}

const readRequest = (
  engine: Engine,
  connection: Connection,
  message: Message,
  name: string,
  command: Command,
): Request => {
  const { body, sequences, format, exhaustAllowed } = message
  const lsid = fields.document(body, 'lsid')
  const session = lsid && { key: fields.sessionKey(lsid), lsid }
  if (session) engine.sessions.used(session.key, lsid)
  const txnNumber = fields.bigInteger(body, 'txnNumber')
  const maxTimeMs = fields.milliseconds(body, 'maxTimeMS')
  const isTransactional = body.autocommit !== undefined
  if (txnNumber !== undefined && !session) {
    throw new CommandError('InvalidOptions', 'Transaction number requires a session ID to also be specified')
  }
  if (isTransactional && fields.flag(body, 'autocommit')) {
    throw new CommandError('InvalidOptions', 'Specifying autocommit=true is not allowed.')
  }
  if (isTransactional && txnNumber === undefined) {
    throw new CommandError('InvalidOptions', "'autocommit' field requires a transaction number to also be specified")
  }
  if (body.startTransaction !== undefined && !isTransactional) {
    throw new CommandError(
      'InvalidOptions',
      "'startTransaction' field requires 'autocommit' field to also be specified",
    )
  }
  if (!isTransactional && txnNumber !== undefined && !command.isRetryable) {
    throw new CommandError('NotARetryableWriteCommand', `txnNumber may not be provided for ${name}`)
  }
  // As in MongoDB: whoever goes on has given up its transaction, and must not wait for what that has locked.
  if (!isTransactional && txnNumber !== undefined && session) engine.transactions.goOn(session.key, txnNumber)
  const isEnd = name === 'commitTransaction' || name === 'abortTransaction'
  if (isEnd && !isTransactional) {
    throw new CommandError('InvalidOptions', `${name} must be run within a transaction`)
  }
  const { level: readConcern, atClusterTime } = readReadConcern(engine, fields.document(body, 'readConcern'))
  if (readConcern === 'snapshot' && !isTransactional && !command.readsSnapshots) {
    throw new CommandError('InvalidOptions', `Command ${name} does not support { readConcern: { level: "snapshot" } }`)
  }
  if (atClusterTime !== undefined && isTransactional) {
    throw new CommandError('NotImplemented', "The embedded engine does not support 'atClusterTime' in a transaction")
  }
  let transaction: Transaction | undefined
  if (isTransactional && session && txnNumber !== undefined && !isEnd) {
    const starts = fields.flag(body, 'startTransaction')
    if (!command.inTransaction) {
      if (!starts) engine.transactions.abort(engine.transactions.find(session.key, txnNumber, connection))
      throw new CommandError(
        'OperationNotSupportedInTransaction',
        `Cannot run '${name}' in a multi-document transaction.`,
      )
    }
    if (!starts && body.readConcern !== undefined) {
      throw new CommandError('InvalidOptions', 'Only the first command in a transaction may specify a readConcern')
    }
    if (body.writeConcern !== undefined) {
      throw new CommandError('InvalidOptions', 'writeConcern is not allowed within a multi-statement transaction')
    }
    transaction = starts
      ? engine.transactions.begin(session.key, session.lsid, txnNumber, connection)
      : engine.transactions.find(session.key, txnNumber, connection)
  }
  return {
    name,
    db: fields.text(body, '$db'),
    body,
    sequences,
    connection,
    session,
    txnNumber,
    transaction,
    // A getMore's maxTimeMS is how long a change stream may wait.
    deadline: maxTimeMs && name !== 'getMore' ? deadlineIn(maxTimeMs, engine.elapsedMs) : undefined,
    readConcern,
    atClusterTime,
    format,
    exhaustAllowed,
  }
}

const readConcerns = ['local', 'available', 'majority', 'linearizable', 'snapshot']

/** Everything is read from a snapshot of what is committed, so that all levels are met; only times are checked. */
const readReadConcern = (
  engine: Engine,
  concern: Doc = {},
): { level: string | undefined; atClusterTime: bigint | undefined } => {
  const level = fields.optionalText(concern, 'level')
  if (level !== undefined && !readConcerns.includes(level)) {
    throw new CommandError('FailedToParse', `Unrecognized readConcern level '${level}'`)
  }
  const atClusterTime = fields.timestamp(concern, 'atClusterTime')
  if (atClusterTime !== undefined && (level !== 'snapshot' || concern.afterClusterTime !== undefined)) {
    throw new CommandError(
      'InvalidOptions',
      "readConcern atClusterTime is for level 'snapshot' alone, and not with afterClusterTime",
    )
  }
  const time = fields.timestamp(concern, 'afterClusterTime')
  if (time !== undefined && time > engine.clock.last) {
    throw new CommandError(
      'InvalidOptions',
      'readConcern afterClusterTime value must not be greater than the current clusterTime',
    )
  }
  return { level, atClusterTime }
}

/**
 * One node: 0, 1 and majority are what there is, and all but 0 wait for the disk. What cannot be met is done
 * nevertheless, and answered with an error of the write concern, as MongoDB does.
 */
const unmetWriteConcern = (concern: Doc | undefined): Doc | undefined => {
  if (!concern || concern.w === undefined || concern.w === 'majority') return undefined
  const { w } = concern
  const nodes = typeof w === 'string' ? 0 : (fields.count(concern, 'w') ?? 1)
  if (typeof w !== 'string' && nodes <= 1) return undefined
  const { code, codeName, message } =
    typeof w === 'string'
      ? new CommandError(
          'UnknownReplWriteConcern',
          `No write concern mode named '${w}' found in replica set configuration`,
        )
      : new CommandError('UnsatisfiableWriteConcern', 'Not enough data-bearing nodes')
  return { writeConcernError: { code, codeName, errmsg: message, errInfo: { writeConcern: concern } } }
}
