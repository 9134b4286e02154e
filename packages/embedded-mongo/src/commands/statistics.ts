import { prepare } from '../plans/query.ts'
import type { Command } from './command.ts'
import { namespaceOf } from './namespaces.ts'
import { read } from './reading.ts'

export const collStats: Command = {
  fields: ['scale'],
  inTransaction: false,
  async run(engine, request) {
    const namespace = namespaceOf(request)
    const counted = await read(engine, request, namespace, ({ view, time, collection }) => {
      let count = 0
      let size = 0
      if (collection) {
        for (const { bytes } of prepare(view, time, collection, { filter: {} }).documents()) {
          count += 1
          size += bytes.length
        }
      }
      return { count, size, nindexes: collection?.indexes.length ?? 0 }
    })
    return { fields: { ns: namespace, ...counted, capped: false } }
  },
}

export const dbStats: Command = {
  fields: ['scale', 'freeStorage'],
  inTransaction: false,
  run({ catalogue }, { db }) {
    const own = [...catalogue.all()].filter((collection) => collection.db === db)
    const indexes = own.reduce((sum, collection) => sum + collection.indexes.length, 0)
    return { fields: { db, collections: own.length, views: 0, indexes } }
  },
}
