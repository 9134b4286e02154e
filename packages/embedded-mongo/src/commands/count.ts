import { CommandError } from '../errors.ts'
import { checkQuery, prepare } from '../plans/query.ts'
import type { Command } from './command.ts'
import * as fields from './fields.ts'
import { readHint } from './find.ts'
import { namespaceOf } from './namespaces.ts'
import { read } from './reading.ts'

export const count: Command = {
  fields: ['query', 'limit', 'skip', 'hint', 'collation', 'fields'],
  inTransaction: false,
  async run(engine, request) {
    const { body, deadline } = request
    fields.refuse(body, 'collation', fields.isSimpleCollation)
    const filter = fields.document(body, 'query') ?? {}
    // A negative limit counts as its positive, as in MongoDB.
    const limit = Math.abs(fields.whole(body, 'limit') ?? 0)
    const skip = fields.count(body, 'skip')
    const hint = readHint(body)
    const namespace = namespaceOf(request)
    const n = await read(engine, request, namespace, ({ view, time, collection }) => {
      if (!collection) {
        checkQuery({ filter })
        return 0
      }
      let found = 0
      for (const _ of prepare(view, time, collection, { filter, skip, limit, hint, deadline }).documents()) found += 1
      return found
    })
    if (!Number.isSafeInteger(n)) throw new CommandError('Overflow', 'Too many to count')
    return { fields: { n } }
  },
}
