import { Double } from 'bson'
import { compileFilter } from '../query/matcher.ts'
import type { Command } from './command.ts'
import * as fields from './fields.ts'

export const listDatabases: Command = {
  fields: ['filter', 'nameOnly', 'authorizedDatabases'],
  inTransaction: false,
  run({ catalogue }, { body }) {
    const nameOnly = fields.flag(body, 'nameOnly')
    const filter = fields.document(body, 'filter')
    const matcher = filter && compileFilter(filter)
    // Sizes are of the whole file only, so a database has none of its own.
    const databases = [...new Set([...catalogue.all()].map(({ db }) => db))]
      .sort()
      .map((name) => (nameOnly ? { name } : { name, sizeOnDisk: new Double(0), empty: false }))
      .filter((entry) => !matcher || matcher.matches(entry))
    return { fields: nameOnly ? { databases } : { databases, totalSize: new Double(0), totalSizeMb: new Double(0) } }
  },
}
