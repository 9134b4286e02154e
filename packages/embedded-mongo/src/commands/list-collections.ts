import type { Command } from './command.ts'
import * as fields from './fields.ts'
import { answerList } from './listing.ts'

export const listCollections: Command = {
  fields: ['filter', 'nameOnly', 'authorizedCollections', 'cursor'],
  inTransaction: false,
  run(engine, request) {
    const { db, body } = request
    const nameOnly = fields.flag(body, 'nameOnly')
    const entries = [...engine.catalogue.all()]
      .filter((collection) => collection.db === db)
      .map(({ name, options, uuid, indexes }) => ({
        name,
        type: 'collection',
        ...(!nameOnly && { options, info: { readOnly: false, uuid }, idIndex: indexes[0]?.spec }),
      }))
    return answerList(engine, request, `${db}.$cmd.listCollections`, entries)
  },
}
