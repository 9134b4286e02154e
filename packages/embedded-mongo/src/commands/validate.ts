import { checkCollection } from '../checks/check-collection.ts'
import { CommandError } from '../errors.ts'
import type { Command } from './command.ts'
import * as fields from './fields.ts'
import { namespaceOf } from './namespaces.ts'
import { read } from './reading.ts'

/** Always looks at everything: each document against each index, and back. */
export const validate: Command = {
  fields: ['full', 'repair', 'metadata', 'checkBSONConformance', 'background'],
  inTransaction: false,
  async run(engine, request) {
    for (const name of ['repair', 'metadata', 'checkBSONConformance', 'background']) {
      fields.refuse(request.body, name, fields.isFalse)
    }
    const namespace = namespaceOf(request)
    const report = await read(engine, request, namespace, ({ view, collection }) => {
      if (collection) return checkCollection(view, collection)
      throw new CommandError('NamespaceNotFound', `Collection '${namespace}' does not exist to validate.`)
    })
    const { documents, damaged, indexes } = report
    const missing = indexes.flatMap((index) => index.missing.map((text) => ({ indexName: index.name, text })))
    const extra = indexes.flatMap((index) => index.extra.map((text) => ({ indexName: index.name, text })))
    return {
      fields: {
        ns: namespace,
        uuid: engine.catalogue.find(namespace)?.uuid,
        nInvalidDocuments: damaged.length,
        nNonCompliantDocuments: 0,
        nrecords: documents,
        nIndexes: indexes.length,
        keysPerIndex: Object.fromEntries(indexes.map(({ name, entries }) => [name, entries])),
        indexDetails: Object.fromEntries(
          indexes.map((index) => [index.name, { valid: index.missing.length === 0 && index.extra.length === 0 }]),
        ),
        valid: damaged.length === 0 && missing.length === 0 && extra.length === 0,
        repaired: false,
        warnings: [],
        errors: [...damaged, ...[...missing, ...extra].map(({ indexName, text }) => `${indexName}: ${text}`)],
        missingIndexEntries: missing,
        extraIndexEntries: extra,
        corruptRecords: [],
      },
    }
  },
}
