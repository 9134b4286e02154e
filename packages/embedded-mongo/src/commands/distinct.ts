import { checkQuery, prepare } from '../plans/query.ts'
import { distinct as valuesOf } from '../query/distinct.ts'
import type { Stored } from '../storage/documents.ts'
import type { Doc } from '../values/doc.ts'
import type { Command } from './command.ts'
import * as fields from './fields.ts'
import { readHint } from './find.ts'
import { namespaceOf } from './namespaces.ts'
import { read, readAt } from './reading.ts'

export const distinct: Command = {
  fields: ['key', 'query', 'collation', 'hint'],
  inTransaction: true,
  readsSnapshots: true,
  async run(engine, request) {
    const { body, deadline } = request
    fields.refuse(body, 'collation', fields.isSimpleCollation)
    const key = fields.text(body, 'key')
    const filter = fields.document(body, 'query') ?? {}
    const hint = readHint(body)
    const answer = await read(engine, request, namespaceOf(request), ({ view, time, collection }) => {
      if (!collection) checkQuery({ filter })
      const documents = collection ? prepare(view, time, collection, { filter, hint, deadline }).documents() : []
      return { values: valuesOf(docs(documents), key), ...readAt(request, time) }
    })
    return { fields: answer }
  },
}

function* docs(documents: Iterable<Stored>): Generator<Doc> {
  for (const { doc } of documents) yield doc
}
