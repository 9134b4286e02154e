import { Long } from 'bson'
import { CommandError } from '../errors.ts'
import { isNumber } from '../values/numbers.ts'
import type { Command } from './command.ts'
import * as fields from './fields.ts'

export const killCursors: Command = {
  fields: ['cursors'],
  inTransaction: true,
  run({ cursors }, { body, db }) {
    const namespace = `${db}.${fields.text(body, 'killCursors')}`
    const cursorsKilled: unknown[] = []
    const cursorsNotFound: unknown[] = []
    for (const id of fields.list(body, 'cursors') ?? []) {
      if (!isNumber(id)) throw new CommandError('TypeMismatch', 'A cursor id is a long')
      const list = cursors.close(BigInt(String(id)), namespace) ? cursorsKilled : cursorsNotFound
      list.push(id instanceof Long ? id : Long.fromString(String(id)))
    }
    return { fields: { cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [] } }
  },
}
