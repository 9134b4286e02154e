import { Int32, Long, ObjectId } from 'bson'
import type { Engine } from '../engine/engine.ts'
import { setName } from '../engine/listening.ts'
import { CommandError } from '../errors.ts'
import { timestampOf } from '../oplog/clock.ts'
import { maxDocumentBytes } from '../storage/documents.ts'
import type { Doc } from '../values/doc.ts'
import { maxMessageBytes } from '../wire/messages.ts'
import type { Command, Request, Result } from './command.ts'
import * as fields from './fields.ts'
import { maxBatch } from './insert.ts'

/** MongoDB 7.0. A lower number hides features, a higher one promises the bulkWrite command. */
const maxWireVersion = 21

const processId = new ObjectId()
const electionId = new ObjectId('7fffffff0000000000000001')

/** The same as long as the engine runs: nothing about this one node ever changes. */
const topologyVersion = { processId, counter: Long.ZERO }

export const hello: Command = {
  fields: [
    'helloOk',
    'client',
    'compression',
    'backpressure',
    'topologyVersion',
    'maxAwaitTimeMS',
    'saslSupportedMechs',
    'speculativeAuthenticate',
    'loadBalanced',
    'hostInfo',
    'internalClient',
    '$query',
  ],
  inTransaction: false,
  run(engine, request) {
    const { body, exhaustAllowed } = request
    const awaits = fields.document(body, 'topologyVersion')
    const waitMs = fields.milliseconds(body, 'maxAwaitTimeMS')
    if ((awaits === undefined) !== (waitMs === undefined)) {
      throw new CommandError(
        'Location51760',
        "A request must have both 'topologyVersion' and 'maxAwaitTimeMS' or neither",
      )
    }
    const isCurrent = awaits?.processId instanceof ObjectId && awaits.processId.equals(processId)
    if (waitMs === undefined || !isCurrent)
      return describe(engine, request, exhaustAllowed && waitMs !== undefined, waitMs)
    return afterWaiting(engine, request, waitMs)
  },
}

/** Nothing will change, so the answer comes when the time is over; in a stream, the next one follows it. */
const afterWaiting = async (engine: Engine, request: Request, waitMs: number): Promise<Result> => {
  await pause(waitMs, [request.connection.signal, engine.stopping])
  // Nobody waits any longer while the engine stops: an answer would follow the other at once.
  return describe(engine, request, request.exhaustAllowed && !engine.stopping.aborted, waitMs)
}

const describe = (engine: Engine, request: Request, streams: boolean, waitMs = 0): Result => {
  const result = { fields: description(engine, request) }
  return streams ? { ...result, next: () => afterWaiting(engine, request, waitMs) } : result
}

const description = ({ address, commits, now }: Engine, { name, format, connection }: Request): Doc => {
  const opTime = { ts: timestampOf(commits.durable), t: Long.fromNumber(1) }
  const date = new Date(now())
  return {
    helloOk: true,
    [name === 'hello' ? 'isWritablePrimary' : 'ismaster']: true,
    ...(format === 'query' && { isWritablePrimary: true }),
    topologyVersion,
    hosts: [address],
    setName,
    setVersion: 1,
    secondary: false,
    primary: address,
    me: address,
    electionId,
    lastWrite: { opTime, lastWriteDate: date, majorityOpTime: opTime, majorityWriteDate: date },
    maxBsonObjectSize: maxDocumentBytes,
    maxMessageSizeBytes: maxMessageBytes,
    maxWriteBatchSize: maxBatch,
    localTime: date,
    logicalSessionTimeoutMinutes: 30,
    connectionId: new Int32(connection.id),
    minWireVersion: 0,
    maxWireVersion,
    readOnly: false,
  }
}

const pause = (ms: number, signals: readonly AbortSignal[]): Promise<void> =>
  new Promise((resolve) => {
    const settle = (): void => {
      clearTimeout(timer)
      for (const signal of signals) signal.removeEventListener('abort', settle)
      resolve()
    }
    const timer = setTimeout(settle, ms)
    for (const signal of signals) signal.addEventListener('abort', settle)
    if (signals.some((signal) => signal.aborted)) settle()
  })
