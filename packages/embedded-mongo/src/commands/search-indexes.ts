import { searchNotEnabled } from '../errors.ts'
import type { Command } from './command.ts'

/** The commands for search indexes, which exist on every server but work with a search process beside it alone. */
export const searchIndexes: Command = {
  fields: ['indexes', 'id', 'name', 'definition', 'type'],
  inTransaction: false,
  run() {
    throw searchNotEnabled()
  },
}
