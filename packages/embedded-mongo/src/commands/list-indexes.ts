import { CommandError } from '../errors.ts'
import type { Command } from './command.ts'
import { answerList } from './listing.ts'
import { namespaceOf } from './namespaces.ts'

export const listIndexes: Command = {
  fields: ['cursor', 'includeIndexBuildInfo'],
  inTransaction: false,
  run(engine, request) {
    const namespace = namespaceOf(request)
    const collection = engine.catalogue.find(namespace)
    if (!collection) throw new CommandError('NamespaceNotFound', `ns does not exist: ${namespace}`)
    return answerList(
      engine,
      request,
      namespace,
      collection.indexes.map(({ spec }) => spec),
    )
  },
}
