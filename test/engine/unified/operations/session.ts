import type { ClientSession } from 'mongodb'
import { type Operations, plain } from './operation.ts'

const transactional = ['readConcern', 'writeConcern', 'readPreference', 'maxCommitTimeMS']

export const sessionOperations: Operations<ClientSession> = {
  abortTransaction: plain([], (session) => session.abortTransaction()),
  commitTransaction: plain([], (session) => session.commitTransaction()),
  endSession: plain([], (session) => session.endSession()),
  startTransaction: plain(transactional, (session, options) => {
    session.startTransaction(options)
  }),
  withTransaction: plain([...transactional, 'callback'], (session, { callback, ...options }, run) =>
    session.withTransaction(() => run.nested(callback), options),
  ),
}
