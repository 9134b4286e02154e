import { randomBytes } from 'node:crypto'
import { Binary } from 'bson'
import type { Engine } from '../engine/engine.ts'
import type { Command, Request } from './command.ts'
import * as fields from './fields.ts'

const sessionsIn = ({ body, name }: Request): string[] => (fields.documents(body, name) ?? []).map(fields.sessionKey)

const end = (engine: Engine, sessions: readonly string[]): void => {
  const { transactions, cursors, pinned } = engine
  for (const session of sessions) {
    engine.sessions.forget(session)
    transactions.forgetSession(session)
    pinned.forgetSession(session)
  }
  const ended = new Set(sessions)
  cursors.closeWhere(({ session }) => session !== undefined && ended.has(session))
}

/** Sessions begin with their first use; what one has left is kept until it is ended or long silent. */
export const startSession: Command = {
  fields: [],
  inTransaction: false,
  run() {
    const id = randomBytes(16)
    id[6] = ((id[6] ?? 0) & 0x0f) | 0x40
    id[8] = ((id[8] ?? 0) & 0x3f) | 0x80
    return { fields: { id: { id: new Binary(id, Binary.SUBTYPE_UUID) }, timeoutMinutes: 30 } }
  },
}

export const refreshSessions: Command = {
  fields: [],
  inTransaction: false,
  run(_engine, request) {
    sessionsIn(request)
    return { fields: {} }
  },
}

export const endSessions: Command = {
  fields: [],
  inTransaction: false,
  run(engine, request) {
    end(engine, sessionsIn(request))
    return { fields: {} }
  },
}

export const killAllSessions: Command = {
  fields: [],
  inTransaction: false,
  run({ transactions, cursors, pinned, sessions }) {
    transactions.abortAll()
    pinned.forgetAll()
    sessions.forgetAll()
    cursors.closeWhere(() => true)
    return { fields: {} }
  },
}
