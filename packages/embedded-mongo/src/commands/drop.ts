import { CommandError } from '../errors.ts'
import type { Command } from './command.ts'
import { namespaceOf } from './namespaces.ts'

export const drop: Command = {
  fields: [],
  inTransaction: false,
  async run({ catalogue, commits, cursors }, request) {
    const namespace = namespaceOf(request)
    const { result, time } = await commits.run((commit) => {
      const collection = catalogue.find(namespace)
      if (!collection) throw new CommandError('NamespaceNotFound', 'ns not found')
      catalogue.remove(commit.transaction, collection)
      commit.record({ kind: 'drop', db: collection.db, collection: collection.name })
      return collection.indexes.length
    })
    cursors.closeWhere((cursor) => cursor.namespace === namespace && !cursor.isTailable)
    return { fields: { nIndexesWas: result, ns: namespace }, time }
  },
}
