import { CommandError } from '../errors.ts'
import type { Command } from './command.ts'
import * as fields from './fields.ts'

export const configureFailPoint: Command = {
  fields: ['mode', 'data'],
  inTransaction: false,
  run({ failPoints }, { body, name, db }) {
    if (!failPoints) throw new CommandError('CommandNotFound', `no such command: '${name}'`)
    if (db !== 'admin') throw new CommandError('Unauthorized', `${name} may only be run against the admin database.`)
    failPoints.configure(fields.text(body, name), body.mode, fields.document(body, 'data') ?? {})
    return { fields: { count: 0 } }
  },
}
