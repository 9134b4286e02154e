import { abortTransaction } from './abort-transaction.ts'
import * as admin from './admin.ts'
import { aggregate } from './aggregate.ts'
import type { Command } from './command.ts'
import { commitTransaction } from './commit-transaction.ts'
import { configureFailPoint } from './configure-fail-point.ts'
import { count } from './count.ts'
import { create } from './create.ts'
import { createIndexes } from './create-indexes.ts'
import { deleteCommand } from './delete.ts'
import { distinct } from './distinct.ts'
import { drop } from './drop.ts'
import { dropDatabase } from './drop-database.ts'
import { dropIndexes } from './drop-indexes.ts'
import { explain } from './explain.ts'
import { find } from './find.ts'
import { findAndModify } from './find-and-modify.ts'
import { getMore } from './get-more.ts'
import { hello } from './hello.ts'
import { insert } from './insert.ts'
import { killCursors } from './kill-cursors.ts'
import { listCollections } from './list-collections.ts'
import { listDatabases } from './list-databases.ts'
import { listIndexes } from './list-indexes.ts'
import { renameCollection } from './rename-collection.ts'
import { searchIndexes } from './search-indexes.ts'
import * as sessions from './sessions.ts'
import * as statistics from './statistics.ts'
import { update } from './update.ts'
import { validate } from './validate.ts'

const table = {
  abortTransaction,
  aggregate,
  buildInfo: admin.buildInfo,
  buildinfo: admin.buildInfo,
  collStats: statistics.collStats,
  commitTransaction,
  configureFailPoint,
  connectionStatus: admin.connectionStatus,
  count,
  create,
  createIndexes,
  createSearchIndexes: searchIndexes,
  dbStats: statistics.dbStats,
  delete: deleteCommand,
  distinct,
  drop,
  dropDatabase,
  dropIndexes,
  dropSearchIndex: searchIndexes,
  endSessions: sessions.endSessions,
  explain,
  find,
  findAndModify,
  findandmodify: findAndModify,
  getMore,
  getParameter: admin.getParameter,
  hello,
  insert,
  isMaster: hello,
  ismaster: hello,
  killAllSessions: sessions.killAllSessions,
  killCursors,
  killSessions: sessions.endSessions,
  listCollections,
  listDatabases,
  listIndexes,
  ping: admin.ping,
  renameCollection,
  refreshSessions: sessions.refreshSessions,
  serverStatus: admin.serverStatus,
  startSession: sessions.startSession,
  update,
  updateSearchIndex: searchIndexes,
  validate,
} satisfies Record<string, Command>

/** What the engine answers. Any other command is refused as one that does not exist. */
export const commands: ReadonlyMap<string, Command> = new Map(Object.entries(table))
